# The policy of a service that reads its settings. Makes no resources: attach the output "json" to the role of the service.

locals {
  environ = "/${var.service}/${var.environment}"
  default_directories = [
    local.environ, "/${var.service}/all", "/global/${var.environment}", "/global/all",
  ]
  directories = distinct(var.directories == null ? local.default_directories : var.directories)

  ssm_arn     = "arn:${var.partition}:ssm:${var.region}:${var.account}:parameter"
  secrets_arn = "arn:${var.partition}:secretsmanager:${var.region}:${var.account}:secret:"
  table_arn   = "arn:${var.partition}:dynamodb:${var.region}:${var.account}:table"

  parameter_arns = [for directory in local.directories : "${local.ssm_arn}${directory}/*"]
  secret_arns    = [for directory in local.directories : "${local.secrets_arn}${directory}/*"]

  statements = concat(
    [
      {
        Sid       = "ListParameters"
        Effect    = "Allow"
        Action    = ["ssm:GetParametersByPath"]
        Resource  = [for directory in local.directories : "${local.ssm_arn}${directory}"]
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
          "kms:ViaService"                      = "ssm.${var.region}.amazonaws.com*"
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
          "kms:ViaService"                  = "secretsmanager.${var.region}.amazonaws.com*"
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
      Condition = { StringLike = { "kms:ViaService" = "dynamodb.${var.region}.amazonaws.com*" } }
    }],
  )
}
