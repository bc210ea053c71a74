//! What every transport must do, on LocalStack: SNS and SQS there, `tidings worker` behind the queues, and an embedded DynamoDB.

use tidings_tests::{
    conformance::{Consuming, Deployed, suite},
    localstack::LocalStack,
};

#[tokio::test]
async fn a_worker_on_localstack_does_what_a_transport_must() -> anyhow::Result<()> {
    let localstack = LocalStack::start("localstack").await?;
    let consuming = Consuming::Worker {
        variables: localstack.variables.clone(),
        // No function relays what the consumers emit.
        arguments: &["--relay"],
    };
    let worker = Deployed::open("localstack", &localstack.stack, true, consuming).await?;
    suite(&worker).await?;
    worker.close().await
}
