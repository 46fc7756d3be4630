variable "cache_table_name" {
  type        = string
  default     = "global-all-configCache"
  description = "Name of the cache table."

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.cache_table_name))
    error_message = "The name of a table has 3 to 255 letters, digits, and characters of _.- only."
  }
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

  validation {
    condition     = alltrue([for directory in var.shared_directories : can(regex("^(/[^/,{}]+)+$", directory))])
    error_message = "A shared directory is an absolute path without a slash at its end, commas and braces."
  }
}

variable "path_prefixes" {
  type        = list(string)
  default     = null
  description = <<-TEXT
    Paths at and below which the directories of services are; /global is always among them. Rules and handler leave changes
    elsewhere. Null means anywhere.
  TEXT

  validation {
    condition = var.path_prefixes == null ? true : alltrue([
      for prefix in var.path_prefixes : can(regex("^(/[A-Za-z0-9_.@+=!-]+)+$", prefix))
    ])
    error_message = "A path has parts of letters, digits and characters of _.@+=!- only, each behind a slash."
  }
}

variable "config_table_name" {
  type        = string
  default     = "global-all-config"
  description = "Name of the configuration table, which the provider dynamo reads."

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.config_table_name))
    error_message = "The name of a table has 3 to 255 letters, digits, and characters of _.- only."
  }
}

variable "create_config_table" {
  type        = bool
  default     = true
  description = "Whether to make it; false where it exists."
}

variable "config_table_stream" {
  type        = object({ arn = string })
  default     = null
  description = <<-TEXT
    Stream of new and old images of a configuration table that exists, to follow its changes: { arn = ... }. It is an
    object so that the ARN may be that of a table which is made in the same plan. Null means changes are not followed.
  TEXT
}

variable "table_key_arn" {
  type        = string
  default     = null
  description = "KMS key that the tables are encrypted with. Null means the key that DynamoDB owns, which costs nothing."
}

variable "alarm_topic_arn" {
  type        = string
  default     = null
  description = "SNS topic that alarms notify. Null means that alarms change their state, and no more."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "How long logs of the handler are kept."
}

variable "name" {
  type        = string
  default     = "xcon-changes"
  description = "Name of the function, and what the names of its role, queues, rules and alarms begin with."

  validation {
    # A prefix of the name of a role has 38 characters at most, a dash among them.
    condition     = can(regex("^[A-Za-z0-9_-]{1,37}$", var.name))
    error_message = "The name has 1 to 37 letters, digits, and characters of _- only."
  }
}

variable "handler_file" {
  type        = string
  default     = null
  description = "Zip file with the code of the handler. Null means the one that the package ships."
}
