variable "cache_table_name" {
  type        = string
  default     = "global-all-configCache"
  description = "Name of the cache table."
}

variable "create_cache_table" {
  type        = bool
  default     = true
  description = "Whether to make it; false where it exists, such as that of the Python library."
}

variable "name_index" {
  type        = bool
  default     = false
  description = "Whether the cache table has, or gets, the index by name, which the handler uses in place of scans."
}

variable "shared_directories" {
  type        = list(string)
  default     = []
  description = "Directories that look like those of one service in one environment, and that others look in, too."
}

variable "config_table_name" {
  type        = string
  default     = "global-all-config"
  description = "Name of the configuration table, which the provider dynamo reads."
}

variable "create_config_table" {
  type        = bool
  default     = true
  description = "Whether to make it; false where it exists."
}

variable "config_table_stream_arn" {
  type        = string
  default     = null
  description = "Stream of a configuration table that exists, to follow its changes. Null means they are not followed."
}

variable "table_key_arn" {
  type        = string
  default     = null
  description = "KMS key that the tables are encrypted with. Null means the key that DynamoDB owns, which costs nothing."
}

variable "alarm_topic_arn" {
  type        = string
  default     = null
  description = "SNS topic that alarms tell. Null means that they can be seen, and no more."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "How long logs of the handler are kept."
}

variable "name" {
  type        = string
  default     = "xcon-changes"
  description = "Name of the function, and what the names of queues, rules and alarms begin with."
}

variable "handler_directory" {
  type        = string
  default     = null
  description = "Folder with the code of the handler. Null means the one that the package ships."
}
