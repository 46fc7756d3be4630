output "json" {
  value       = jsonencode({ Version = "2012-10-17", Statement = local.statements })
  description = "The policy, as a document."
}
