output "cache_table_name" {
  value       = var.cache_table_name
  description = "Name of the cache table."
}

output "config_table_name" {
  value       = var.config_table_name
  description = "Name of the configuration table."
}

output "handler_name" {
  value       = aws_lambda_function.handler.function_name
  description = "Name of the function that follows changes."
}

output "failures_queue_url" {
  value       = aws_sqs_queue.failures.url
  description = "Where changes are kept that could not be followed."
}
