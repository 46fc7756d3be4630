variable "service" {
  type        = string
  description = "Name of the service, as in APP_NAME."

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+$", var.service))
    error_message = "The name of a service has letters, digits, and characters of _.- only."
  }
}

variable "environment" {
  type        = string
  description = "Environment it runs in, as in APP_ENV."

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+$", var.environment))
    error_message = "The name of an environment has letters, digits, and characters of _.- only."
  }
}

variable "region" {
  type        = string
  default     = null
  description = "Region of its settings. Null means that of the provider."

  validation {
    condition     = var.region == null ? true : can(regex("^[a-z0-9-]+$", var.region))
    error_message = "A region has a name like eu-west-1."
  }
}

variable "account" {
  type        = string
  default     = null
  description = "Id of the account of its settings. Null means that of the provider."

  validation {
    condition     = var.account == null ? true : can(regex("^[0-9]{12}$", var.account))
    error_message = "The id of an account has 12 digits."
  }
}

variable "partition" {
  type        = string
  default     = null
  description = "Partition of ARNs. Null means that of the provider."

  validation {
    condition     = var.partition == null ? true : can(regex("^aws(-[a-z]+)*$", var.partition))
    error_message = "A partition has a name like aws or aws-cn."
  }
}

variable "directories" {
  type        = list(string)
  default     = null
  description = "Paths it looks in, with {service} and {environment} where they are to be filled in. Null means the default four."

  validation {
    condition = var.directories == null ? true : alltrue([
      for directory in var.directories : can(regex("^(/([^/{}]|[{]service[}]|[{]environment[}])+)+$", directory))
    ])
    error_message = "A directory is an absolute path without a slash at its end; it may hold {service} and {environment}."
  }
}

variable "strategy" {
  type        = string
  default     = "listing"
  description = "How it looks names up: listing or names."

  validation {
    condition     = contains(["listing", "names"], var.strategy)
    error_message = "The strategy is listing or names."
  }
}

variable "names" {
  type        = list(string)
  default     = null
  description = <<-TEXT
    Names it reads, as they are stored: IAM minds the case. Where they are more than a policy holds, all names of the directories
    are allowed, and a warning says so. Null means all names of the directories.
  TEXT

  validation {
    condition = var.names == null ? true : length(var.names) > 0 && alltrue([
      for name in var.names : can(regex("^[A-Za-z0-9_.-]+$", name))
    ])
    error_message = "There is at least one name, and names have letters, digits, and characters of _.- only."
  }
}

variable "cache_table_name" {
  type        = string
  default     = "global-all-configCache"
  description = "Name of the cache table."

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.cache_table_name))
    error_message = "The name of a table has 3 to 255 letters, digits, and characters of _.- only."
  }
}

variable "config_table_name" {
  type        = string
  default     = null
  description = "Name of the configuration table, for services with the provider dynamo. Null means it is not read."

  validation {
    condition     = var.config_table_name == null ? true : can(regex("^[A-Za-z0-9_.-]{3,255}$", var.config_table_name))
    error_message = "The name of a table has 3 to 255 letters, digits, and characters of _.- only."
  }
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
