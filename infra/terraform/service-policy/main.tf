# The policy of a service that reads its settings. Makes no resources: attach the output "json" to the role of the service.

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

locals {
  partition = var.partition == null ? data.aws_partition.current.partition : var.partition
  region    = var.region == null ? data.aws_region.current.region : var.region
  account   = var.account == null ? data.aws_caller_identity.current.account_id : var.account

  environ             = "/${var.service}/${var.environment}"
  default_directories = ["/{service}/{environment}", "/{service}/all", "/global/{environment}", "/global/all"]
  directories = distinct([
    for directory in var.directories == null ? local.default_directories : var.directories :
    replace(replace(directory, "{service}", var.service), "{environment}", var.environment)
  ])
  # As ARNs must have them so that "*" and "?" mean themselves.
  paths = [for directory in local.directories : replace(replace(directory, "*", "$${*}"), "?", "$${?}")]

  ssm_arn     = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter"
  secrets_arn = "arn:${local.partition}:secretsmanager:${local.region}:${local.account}:secret:"
  table_arn   = "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table"

  parameter_arns = [for escaped in local.paths : "${local.ssm_arn}${escaped}/*"]
  secret_arns    = [for escaped in local.paths : "${local.secrets_arn}${escaped}/*"]

  statements = concat(
    [
      {
        Sid       = "ListParameters"
        Effect    = "Allow"
        Action    = ["ssm:GetParametersByPath"]
        Resource  = [for escaped in local.paths : "${local.ssm_arn}${escaped}"]
        Condition = { StringNotEquals = { "ssm:Recursive" = "true" } }
      },
      {
        Sid      = "ReadParameters"
        Effect   = "Allow"
        Action   = ["ssm:GetParameters"]
        Resource = local.parameter_arns
      },
    ],
    [for keys in length(var.source_key_arns) == 0 ? [] : [var.source_key_arns] : {
      Sid      = "DecryptParameters"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = keys
      Condition = {
        StringLike = {
          "kms:ViaService"                      = "ssm.${local.region}.amazonaws.com*"
          "kms:EncryptionContext:PARAMETER_ARN" = local.parameter_arns
        }
      }
    }],
    [
      {
        Sid      = "ListSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:ListSecrets", "secretsmanager:BatchGetSecretValue"]
        Resource = ["*"]
      },
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = local.secret_arns
      },
    ],
    [for keys in length(var.source_key_arns) == 0 ? [] : [var.source_key_arns] : {
      Sid      = "DecryptSecrets"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = keys
      Condition = {
        StringLike = {
          "kms:ViaService"                  = "secretsmanager.${local.region}.amazonaws.com*"
          "kms:EncryptionContext:SecretARN" = local.secret_arns
        }
      }
    }],
    [for name in var.config_table_name == null ? [] : [var.config_table_name] : {
      Sid      = "ReadConfigTable"
      Effect   = "Allow"
      Action   = ["dynamodb:Query"]
      Resource = ["${local.table_arn}/${name}"]
      Condition = {
        "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = local.directories }
        Null                        = { "dynamodb:LeadingKeys" = "false" }
      }
    }],
    [for name in var.service == "global" ? [] : [var.cache_table_name] : {
      Sid      = "UseCacheTable"
      Effect   = "Allow"
      Action   = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchWriteItem"]
      Resource = ["${local.table_arn}/${name}"]
      Condition = {
        "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = [local.environ] }
        Null                        = { "dynamodb:LeadingKeys" = "false" }
      }
    }],
    [for key in var.sealing_key_arn == null || var.service == "global" ? [] : [var.sealing_key_arn] : {
      Sid       = "SealSecrets"
      Effect    = "Allow"
      Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
      Resource  = [key]
      Condition = { StringEquals = { "kms:EncryptionContext:environ" = local.environ } }
    }],
    [for keys in length(var.table_key_arns) == 0 ? [] : [var.table_key_arns] : {
      Sid       = "UseTableKeys"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:DescribeKey"]
      Resource  = keys
      Condition = { StringLike = { "kms:ViaService" = "dynamodb.${local.region}.amazonaws.com*" } }
    }],
  )

  json = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}
