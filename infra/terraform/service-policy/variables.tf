variable "service" {
  type        = string
  description = "Name of the service, as in APP_NAME."
}

variable "environment" {
  type        = string
  description = "Environment it runs in, as in APP_ENV."
}

variable "region" {
  type        = string
  default     = "*"
  description = "Region of its settings. The default is any."
}

variable "account" {
  type        = string
  default     = "*"
  description = "Id of the account of its settings. The default is any."
}

variable "partition" {
  type        = string
  default     = "aws"
  description = "Partition of ARNs."
}

variable "directories" {
  type        = list(string)
  default     = null
  description = "Paths it looks in. Null means the default four."
}

variable "cache_table_name" {
  type        = string
  default     = "global-all-configCache"
  description = "Name of the cache table."
}

variable "config_table_name" {
  type        = string
  default     = null
  description = "Name of the configuration table, for services with the provider dynamo. Null means it is not read."
}

variable "source_key_arns" {
  type        = list(string)
  default     = []
  description = "Customer managed KMS keys of SecureStrings and secrets. The keys that AWS manages need no permission."
}

variable "sealing_key_arn" {
  type        = string
  default     = null
  description = "KMS key of XCON_CACHE_KMS_KEY_ID. Null means that no KMS key seals secrets in the cache table."
}

variable "table_key_arns" {
  type        = list(string)
  default     = []
  description = "Customer managed KMS keys that the tables are encrypted with."
}
