output "cache_table_name" {
  value       = var.cache_table_name
  description = "Name of the cache table."
}

output "config_table_name" {
  value       = var.config_table_name
  description = "Name of the configuration table."

  precondition {
    condition     = var.config_table_stream == null || var.create_config_table == false
    error_message = "config_table_stream is of a table that exists: set create_config_table = false, or leave it out."
  }
}

output "handler_name" {
  value       = aws_lambda_function.handler.function_name
  description = "Name of the function that follows changes."
}

output "failures_queue_url" {
  value       = aws_sqs_queue.failures.url
  description = "URL of the queue of changes that could not be followed."
}

output "failures_queue_arn" {
  value       = aws_sqs_queue.failures.arn
  description = "ARN of the queue of changes that could not be followed: where a redrive starts."
}

output "changes_queue_arn" {
  value       = aws_sqs_queue.changes.arn
  description = "ARN of the queue of changes to follow: where a redrive leads to."
}
