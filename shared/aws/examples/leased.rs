//! The smallest complete function of a leased consumer: an effect outside, here an `UpdateItem` of its own.
//!
//! For each event it adds 1 to the attribute `runs` of the item whose key `id` is the event's id, in the table `EFFECT_TABLE`
//! (without that variable it only takes its time). The event is `example.amount`, or any other with the same data: see `amount`.
//!
//! It is a Lambda bootstrap: `cargo build --release --example leased -p tidings-aws`, or under any harness that speaks the Lambda
//! runtime API. Its environment: `IDEMPOTENCY_TABLE`; `EFFECT_TABLE`, if you like; `QUEUE_URL` and `DEAD_LETTER_QUEUE_URL` where the
//! queues can be reached (without them failures are reported, and backoff and dead letters are left to the queue); and what every
//! AWS SDK reads, such as `AWS_ENDPOINT_URL_DYNAMODB`.

mod amount;

use std::time::Duration;

use amount::Amount;
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use tidings_aws::{ConsumerFunction, TableNames, environment::optional};
use tidings_core::{Consumer, Context, Effects, Failure, Leased, Repeat, consumer::guarantee};

struct CountAmount {
    dynamodb: Client,
    table: Option<String>,
}

impl Consumer for CountAmount {
    const NAME: &'static str = "count-amount-leased";
    const SERVICE: &'static str = "example";
    type Event = Amount;
    type Guarantee = guarantee::Leased;
}

impl Leased for CountAmount {
    // A worker that dies between its effect and its record leaves the effect to be begun again.
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, amount: Amount, context: &Context) -> Result<Effects, Failure> {
        let Amount { amount, sleep_ms, .. } = amount.not_poison()?;
        tokio::time::sleep(Duration::from_millis(sleep_ms)).await;
        if let Some(table) = &self.table {
            let add = self.dynamodb.update_item().table_name(table);
            add.key("id", AttributeValue::S(context.envelope.id.clone()))
                .update_expression("ADD runs :one")
                .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
                .send()
                .await?;
        }
        tracing::info!(event_id = context.envelope.id, amount, "counted");
        Ok(Effects::none())
    }
}

fn main() -> Result<(), tidings_lambda::Error> {
    let function = ConsumerFunction::new(async |setting| {
        Ok(CountAmount {
            dynamodb: setting.dynamodb(),
            table: optional("EFFECT_TABLE"),
        })
    });
    tidings_lambda::consumer(function.on(TableNames::default()))
}
