//! What AWS itself was recorded to do, on the emulator: the facts of queues and topics that `shared/bus/tests/it/recorded` tells of the
//! in-process bus, each with LocalStack's test that shows it and the day of its recording. Nothing is deployed.
//!
//! A fact that the emulator does not obey says why that is known. When it begins to, the test fails, so that the list stays true.

mod groups;
mod queues;
mod redrive;
mod topics;

use anyhow::Context as _;
use aws_sdk_sns::Client as Sns;
use aws_sdk_sqs::{
    Client as Sqs,
    types::{Message, MessageSystemAttributeName, QueueAttributeName},
};
use futures::future::BoxFuture;
use tidings_tests::{emulator::Emulator, stack::configuration};

/// A fact, and whether the emulator obeys it.
struct Fact {
    says: &'static str,
    shown_by: &'static str,
    /// What the emulator does instead.
    instead: Option<&'static str>,
    holds: for<'a> fn(&'a Aws) -> BoxFuture<'a, anyhow::Result<()>>,
}

/// SNS and SQS, as somebody has them.
struct Aws {
    sns: Sns,
    sqs: Sqs,
}

#[tokio::test]
async fn the_emulator_does_what_was_recorded_on_aws_except_for_what_is_listed() -> anyhow::Result<()> {
    let emulator = Emulator::bare("recorded")?;
    let config = configuration(emulator.endpoint()).await;
    let aws = Aws {
        sns: Sns::new(&config),
        sqs: Sqs::new(&config),
    };
    let mut wrong = Vec::new();
    for fact in queues::FACTS
        .iter()
        .chain(groups::FACTS)
        .chain(topics::FACTS)
        .chain(redrive::FACTS)
    {
        let Fact { says, shown_by, .. } = fact;
        match ((fact.holds)(&aws).await, fact.instead) {
            (Ok(()), None) => {}
            (Err(seen), Some(instead)) => println!("not here: {says}: {instead} ({seen:#})"),
            (Err(seen), None) => wrong.push(format!("{says} ({shown_by}): {seen:#}")),
            (Ok(()), Some(instead)) => {
                wrong.push(format!("{says} ({shown_by}): it holds now; strike: {instead}"))
            }
        }
    }
    assert_eq!(wrong, [] as [&str; 0]);
    Ok(())
}

impl Aws {
    /// A queue; a name that ends in `.fifo` makes one with an order in each group and deduplication there, as the deployed ones have.
    async fn queue(&self, name: &str, attributes: &[(QueueAttributeName, &str)]) -> anyhow::Result<String> {
        let create = self.sqs.create_queue().queue_name(name);
        let fifo: &[_] = match name.ends_with(".fifo") {
            true => &[
                (QueueAttributeName::FifoQueue, "true"),
                (QueueAttributeName::DeduplicationScope, "messageGroup"),
                (QueueAttributeName::FifoThroughputLimit, "perMessageGroupId"),
            ],
            false => &[],
        };
        let all = fifo.iter().chain(attributes);
        let create = all.fold(create, |create, (name, value)| {
            create.attributes(name.clone(), *value)
        });
        create.send().await?.queue_url.context("a queue without URL")
    }

    async fn arn(&self, url: &str) -> anyhow::Result<String> {
        let arn = self.attribute(url, QueueAttributeName::QueueArn).await?;
        arn.context("a queue without ARN")
    }

    async fn attribute(&self, url: &str, name: QueueAttributeName) -> anyhow::Result<Option<String>> {
        let ask = self.sqs.get_queue_attributes().queue_url(url);
        let answer = ask.attribute_names(name.clone()).send().await?;
        Ok(answer.attributes.unwrap_or_default().remove(&name))
    }

    /// How many messages a queue holds, hidden or not.
    async fn holds(&self, url: &str) -> anyhow::Result<u32> {
        let mut sum = 0;
        for name in [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ] {
            sum += self
                .attribute(url, name)
                .await?
                .context("a number")?
                .parse::<u32>()?;
        }
        Ok(sum)
    }

    async fn send(&self, url: &str, body: &str) -> anyhow::Result<()> {
        self.sqs
            .send_message()
            .queue_url(url)
            .message_body(body)
            .send()
            .await?;
        Ok(())
    }

    /// Sends to a FIFO queue; the body is the deduplication id.
    async fn send_in(&self, url: &str, group: &str, body: &str) -> anyhow::Result<()> {
        let send = self.sqs.send_message().queue_url(url).message_body(body);
        let send = send.message_group_id(group).message_deduplication_id(body);
        send.send().await?;
        Ok(())
    }

    /// Receives up to so many messages, and waits for one for up to so many seconds.
    async fn receive(&self, url: &str, most: i32, seconds: i32) -> anyhow::Result<Vec<Message>> {
        let receive = self
            .sqs
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(most);
        let receive = receive
            .wait_time_seconds(seconds)
            .message_system_attribute_names(MessageSystemAttributeName::All);
        Ok(receive.send().await?.messages.unwrap_or_default())
    }

    async fn delete(&self, url: &str, message: &Message) -> anyhow::Result<()> {
        let delete = self.sqs.delete_message().queue_url(url);
        delete
            .receipt_handle(message.receipt_handle.as_deref().context("a receipt")?)
            .send()
            .await?;
        Ok(())
    }

    async fn hide(&self, url: &str, message: &Message, seconds: i32) -> anyhow::Result<()> {
        let change = self.sqs.change_message_visibility().queue_url(url);
        change
            .receipt_handle(message.receipt_handle.as_deref().context("a receipt")?)
            .visibility_timeout(seconds)
            .send()
            .await?;
        Ok(())
    }
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages
        .iter()
        .filter_map(|message| message.body.as_deref())
        .collect()
}

/// What was seen, where it is not what was recorded.
fn same<T: PartialEq + std::fmt::Debug>(seen: T, recorded: T) -> anyhow::Result<()> {
    anyhow::ensure!(seen == recorded, "{seen:?} was seen, and {recorded:?} recorded");
    Ok(())
}
