//! What an account answers: SNS, SQS, Lambda and DynamoDB.

mod feeds;
mod queues;
mod subscriptions;
mod tables;

use anyhow::Context as _;
use aws_config::SdkConfig;
use tidings_catalogue::drift::{Deployed, names::Wanted};

/// Calls to one service at once.
const AT_ONCE: usize = 8;

/// What is there of what is wanted.
pub async fn deployed(config: &SdkConfig, wanted: &Wanted) -> anyhow::Result<Deployed> {
    let sns = aws_sdk_sns::Client::new(config);
    let sqs = aws_sdk_sqs::Client::new(config);
    let lambda = aws_sdk_lambda::Client::new(config);
    let dynamodb = aws_sdk_dynamodb::Client::new(config);
    let (subscriptions, queues, functions, mappings, tables) = futures::try_join!(
        async { subscriptions::of(&sns, &wanted.topic).await.context("SNS") },
        async { queues::of(&sqs, &wanted.queues).await.context("SQS") },
        async {
            feeds::functions(&lambda, &wanted.functions)
                .await
                .context("Lambda")
        },
        async {
            feeds::mappings(&lambda, &wanted.functions)
                .await
                .context("Lambda")
        },
        async { tables::of(&dynamodb, &wanted.tables).await.context("DynamoDB") },
    )?;
    Ok(Deployed {
        subscriptions,
        queues,
        functions,
        mappings,
        tables,
    })
}

/// The last part of an ARN of a queue, a topic or a function.
fn last(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}
