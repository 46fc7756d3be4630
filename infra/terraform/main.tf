data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

locals {
  table_arn = "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table"

  # Whether there is a stream must be known when Terraform plans; what its ARN is need not be.
  has_stream  = var.create_config_table || var.config_table_stream != null
  stream_arn  = var.create_config_table ? aws_dynamodb_table.config[0].stream_arn : try(var.config_table_stream.arn, null)
  alarm_topic = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]

  handler_file = var.handler_file == null ? "${path.module}/../../dist/change-handler.zip" : var.handler_file

  # Names in the directories of services.
  own_names = var.path_prefixes == null ? [{ prefix = "/" }] : [
    for prefix in distinct(concat(["/global"], var.path_prefixes)) : { prefix = "${prefix}/" }
  ]
  # What an event names by its ARN alone is sent whatever its path is: the handler looks as well.
  own_names_or_arns = concat(local.own_names, [{ prefix = "arn:" }])

  # Events that report a change at a source.
  change_patterns = {
    parameter-changes = {
      source        = ["aws.ssm"]
      "detail-type" = ["Parameter Store Change"]
      detail        = { name = local.own_names_or_arns }
    }
    parameter-expirations = {
      source        = ["aws.ssm"]
      "detail-type" = ["Parameter Store Policy Action"]
      detail = {
        "parameter-name" = local.own_names_or_arns
        "policy-type"    = ["Expiration"]
      }
    }
    # Needs a trail of CloudTrail that logs write events of management.
    secret-calls = {
      source        = ["aws.secretsmanager"]
      "detail-type" = ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"]
      detail = merge(
        {
          eventSource = ["secretsmanager.amazonaws.com"]
          eventName = [
            "CreateSecret", "UpdateSecret", "PutSecretValue", "UpdateSecretVersionStage",
            "DeleteSecret", "RestoreSecret", "RotateSecret", "RotationSucceeded",
          ]
        },
        [for names in var.path_prefixes == null ? [] : [local.own_names] : {
          requestParameters = {
            name     = concat(names, [{ exists = false }])
            secretId = concat(names, [{ prefix = "arn:" }, { exists = false }])
          }
        }]...
      )
    }
    secret-labels = {
      source        = ["aws.secretsmanager"]
      "detail-type" = ["Secret Label Updated"]
      detail        = { name = local.own_names, labelUpdated = ["AWSCURRENT"] }
    }
  }

  queues = { changes = aws_sqs_queue.changes, failures = aws_sqs_queue.failures }

  # What is wrong when changes are not followed, by the end of the name of its alarm.
  alarms = merge(
    {
      failures-kept = {
        description = "Changes could not be followed and are kept aside"
        namespace   = "AWS/SQS"
        metric      = "ApproximateNumberOfMessagesVisible"
        dimensions  = { QueueName = aws_sqs_queue.failures.name }
        statistic   = "Maximum"
        threshold   = 0
      }
      handler-errors = {
        description = "The handler of changes fails"
        namespace   = "AWS/Lambda"
        metric      = "Errors"
        dimensions  = { FunctionName = aws_lambda_function.handler.function_name }
        statistic   = "Sum"
        threshold   = 0
      }
      changes-late = {
        description = "Changes wait for longer than five minutes"
        namespace   = "AWS/SQS"
        metric      = "ApproximateAgeOfOldestMessage"
        dimensions  = { QueueName = aws_sqs_queue.changes.name }
        statistic   = "Maximum"
        threshold   = 300
      }
    },
    [for function in local.has_stream ? [aws_lambda_function.handler.function_name] : [] : {
      stream-late = {
        description = "Changes of the configuration table wait for longer than five minutes"
        namespace   = "AWS/Lambda"
        metric      = "IteratorAge"
        dimensions  = { FunctionName = function }
        statistic   = "Maximum"
        threshold   = 300000
      }
    }]...
  )
}

# Its rows can be lost at any time: they are read again from their sources.
resource "aws_dynamodb_table" "cache" {
  count = var.create_cache_table ? 1 : 0

  name         = var.cache_table_name
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "app_key"
  range_key    = "name_key"

  attribute {
    name = "app_key"
    type = "S"
  }

  attribute {
    name = "name_key"
    type = "S"
  }

  dynamic "attribute" {
    for_each = var.name_index ? ["real_name"] : []

    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = var.name_index ? ["xcon-names"] : []

    content {
      name               = global_secondary_index.value
      hash_key           = "real_name"
      range_key          = "app_key"
      projection_type    = "INCLUDE"
      non_key_attributes = ["real_directory", "cache_concat_directory_paths", "xcon_chain", "xcon_directories"]
    }
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  dynamic "server_side_encryption" {
    for_each = var.table_key_arn == null ? [] : [var.table_key_arn]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }
}

# Its rows exist nowhere else: it cannot be deleted, and can be restored to any second of the last 35 days.
resource "aws_dynamodb_table" "config" {
  count = var.create_config_table ? 1 : 0

  name                        = var.config_table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "app_key"
  range_key                   = "name_key"
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  deletion_protection_enabled = true

  attribute {
    name = "app_key"
    type = "S"
  }

  attribute {
    name = "name_key"
    type = "S"
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  dynamic "server_side_encryption" {
    for_each = var.table_key_arn == null ? [] : [var.table_key_arn]

    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }
}

# Changes that could not be followed.
resource "aws_sqs_queue" "failures" {
  name                      = "${var.name}-failures"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

# Changes wait here for a second, so that a burst of them is followed together.
resource "aws_sqs_queue" "changes" {
  name                       = var.name
  visibility_timeout_seconds = 180
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.failures.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue_policy" "from_rules" {
  for_each = local.queues

  queue_url = each.value.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "SendChanges"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = each.value.arn
      Condition = { ArnEquals = { "aws:SourceArn" = [for rule in aws_cloudwatch_event_rule.change : rule.arn] } }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "change" {
  for_each = local.change_patterns

  name          = "${var.name}-${each.key}"
  event_pattern = jsonencode(each.value)

  lifecycle {
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    precondition {
      condition     = length(jsonencode(each.value)) <= 2048
      error_message = "The pattern of a rule has more than the 2,048 characters that EventBridge takes: give fewer or shorter path_prefixes."
    }
  }
}

resource "aws_cloudwatch_event_target" "change" {
  for_each = aws_cloudwatch_event_rule.change

  rule = each.value.name
  arn  = aws_sqs_queue.changes.arn

  # After an hour, an alarm says what an attempt a day later would hide.
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.failures.arn
  }
}

resource "aws_cloudwatch_log_group" "handler" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_in_days
}

resource "aws_iam_role" "handler" {
  name_prefix = "${var.name}-"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "follow_changes" {
  name = "FollowChanges"
  role = aws_iam_role.handler.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "FollowChanges"
          Effect = "Allow"
          Action = concat(
            var.name_index ? [] : ["dynamodb:Scan"],
            ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchWriteItem"],
          )
          Resource = "${local.table_arn}/${var.cache_table_name}"
        },
      ],
      [for arn in var.name_index ? ["${local.table_arn}/${var.cache_table_name}/index/xcon-names"] : [] : {
        Sid      = "FindPartitions"
        Effect   = "Allow"
        Action   = "dynamodb:Query"
        Resource = arn
      }],
      [
        {
          Sid      = "ReceiveChanges"
          Effect   = "Allow"
          Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
          Resource = aws_sqs_queue.changes.arn
        },
      ],
      [for arn in local.has_stream ? [local.stream_arn] : [] : {
        Sid      = "ReadStream"
        Effect   = "Allow"
        Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
        Resource = arn
      }],
      [for arn in local.has_stream ? ["*"] : [] : {
        Sid      = "ListStreams"
        Effect   = "Allow"
        Action   = "dynamodb:ListStreams"
        Resource = arn
      }],
      [
        {
          Sid      = "KeepFailures"
          Effect   = "Allow"
          Action   = "sqs:SendMessage"
          Resource = aws_sqs_queue.failures.arn
        },
        {
          Sid      = "WriteLogs"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "${aws_cloudwatch_log_group.handler.arn}:*"
        },
      ],
      [for arn in var.table_key_arn == null ? [] : [var.table_key_arn] : {
        Sid       = "UseTableKeys"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:DescribeKey"]
        Resource  = arn
        Condition = { StringLike = { "kms:ViaService" = "dynamodb.${data.aws_region.current.region}.amazonaws.com*" } }
      }],
    )
  })
}

resource "aws_lambda_function" "handler" {
  function_name    = var.name
  description      = "Drops rows of the configuration cache when their sources change"
  runtime          = "nodejs22.x"
  architectures    = ["arm64"]
  handler          = "index.handler"
  filename         = local.handler_file
  source_code_hash = filebase64sha256(local.handler_file)
  memory_size      = 256
  timeout          = 30
  role             = aws_iam_role.handler.arn

  environment {
    variables = merge(
      {
        XCON_CACHE_TABLE   = var.cache_table_name
        XCON_CONFIG_TABLE  = var.config_table_name
        CACHE_INDEX        = var.name_index ? "true" : "false"
        SHARED_DIRECTORIES = join(",", var.shared_directories)
      },
      [for prefixes in var.path_prefixes == null ? [] : [var.path_prefixes] : {
        PATH_PREFIXES = join(",", concat(["/global"], prefixes))
      }]...
    )
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.handler.name
  }

  depends_on = [aws_iam_role_policy.follow_changes]
}

resource "aws_lambda_event_source_mapping" "from_queue" {
  function_name                      = aws_lambda_function.handler.function_name
  event_source_arn                   = aws_sqs_queue.changes.arn
  batch_size                         = 500
  maximum_batching_window_in_seconds = 1
  function_response_types            = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 2
  }

  depends_on = [aws_iam_role_policy.follow_changes]
}

resource "aws_lambda_event_source_mapping" "from_stream" {
  count = local.has_stream ? 1 : 0

  function_name                      = aws_lambda_function.handler.function_name
  event_source_arn                   = local.stream_arn
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = 500
  maximum_batching_window_in_seconds = 1
  maximum_retry_attempts             = 5
  maximum_record_age_in_seconds      = 3600
  bisect_batch_on_function_error     = true
  function_response_types            = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = aws_sqs_queue.failures.arn
    }
  }

  depends_on = [aws_iam_role_policy.follow_changes]
}

resource "aws_cloudwatch_metric_alarm" "following" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topic
}

resource "aws_cloudwatch_metric_alarm" "changes_lost" {
  for_each = aws_cloudwatch_event_rule.change

  alarm_name          = "${var.name}-${each.key}-lost"
  alarm_description   = "EventBridge can deliver changes to neither queue"
  namespace           = "AWS/Events"
  metric_name         = "InvocationsFailedToBeSentToDlq"
  dimensions          = { RuleName = each.value.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.alarm_topic
}
