//! Messages that no consumer can handle, of every kind, among those that they can.

use std::collections::HashMap;

use serde_json::value::RawValue;
use storefront_contracts::Currency;
use tidings_core::{Attributes, Envelope};
use tidings_tests::{
    Stack, dead_letters::Letter, faults::Faults, kills::Kills, orders::order_placed, stack::CONSUMERS,
};
use uuid::Uuid;

/// What was published: the body, and what each consumer's dead letter must say of it.
#[derive(Default)]
pub struct Poisons(HashMap<String, Poison>);

struct Poison {
    reason: &'static str,
    /// Its key; empty where it is no event.
    event: String,
}

impl Poisons {
    /// Sends one of each kind to every consumer.
    pub async fn publish(&mut self, stack: &Stack, currency: Currency) -> anyhow::Result<()> {
        let wrong = order_placed(0, currency)?;
        let wrong = wrong.to_json().replace(r#""orderId":""#, r#""orderNumber":""#);
        self.event(
            stack,
            Envelope::parse(&wrong)?,
            "the data of order.placed version 2 has a wrong shape: missing field `orderId`",
        )
        .await?;
        let newer = order_placed(0, currency)?;
        let attributes = Attributes {
            schemaversion: 9,
            minreader: 9,
            ..Attributes::clone(&newer)
        };
        self.event(
            stack,
            Envelope::new(attributes, RawValue::from_string(newer.data().to_owned())?),
            "order.placed asks for a reader of version 9, and this consumer knows version 2",
        )
        .await?;
        self.no_json(stack).await
    }

    async fn event(&mut self, stack: &Stack, poison: Envelope, reason: &'static str) -> anyhow::Result<()> {
        stack.publish(std::slice::from_ref(&poison)).await?;
        let event = poison.key();
        self.0.insert(poison.to_json(), Poison { reason, event });
        Ok(())
    }

    async fn no_json(&mut self, stack: &Stack) -> anyhow::Result<()> {
        let body = format!("no event at all {}", Uuid::new_v4());
        for consumer in CONSUMERS {
            let send = stack.sqs.send_message().message_body(&body);
            send.queue_url(stack.queue_url(consumer).await?).send().await?;
        }
        let reason = "the body is no JSON object";
        let event = String::new();
        self.0.insert(body, Poison { reason, event });
        Ok(())
    }

    /// Each is in every consumer's dead-letter queue with its cause, and nothing else is. A letter is there again only where
    /// the answer to sending it was lost, or its worker was killed before it could acknowledge the message.
    pub async fn are_set_aside(&self, stack: &Stack, kills: &Kills, faults: &Faults) -> anyhow::Result<()> {
        let mut all = 0;
        for consumer in CONSUMERS {
            let mut counts = HashMap::<_, usize>::new();
            for letter in stack.dead_letters(consumer).await? {
                self.is_explained(&letter, consumer);
                *counts.entry(letter.body).or_default() += 1;
            }
            for (body, poison) in &self.0 {
                let count = counts.get(body).copied().unwrap_or_default();
                // What identifies it in the request that sent it, whose body is escaped.
                let id = poison
                    .event
                    .rsplit('#')
                    .next()
                    .filter(|id| !id.is_empty())
                    .unwrap_or(body);
                let lost = faults.carried_out("sqs", consumer, id);
                assert!(count >= 1, "{consumer} has not set aside {body}");
                assert!(
                    count <= 1 + lost + kills.count(),
                    "{count} letters of {consumer}, {lost} answers lost: {body}"
                );
                all += count;
            }
        }
        eprintln!(
            "{} poisons, {all} dead letters in {} queues",
            self.0.len(),
            CONSUMERS.len()
        );
        Ok(())
    }

    fn is_explained(&self, letter: &Letter, consumer: &str) {
        let poison = self.0.get(&letter.body);
        let poison = poison.unwrap_or_else(|| panic!("{consumer} set aside what it can handle: {letter:?}"));
        assert!(
            letter.attribute("reason").starts_with(poison.reason),
            "{letter:?}"
        );
        assert_eq!(letter.attribute("consumer"), consumer);
        assert_eq!(letter.attribute("event"), poison.event);
        assert!(
            letter.attribute("firstfailed").parse::<jiff::Timestamp>().is_ok(),
            "{letter:?}"
        );
        assert!(
            letter
                .attribute("attempts")
                .parse::<u32>()
                .is_ok_and(|attempts| attempts >= 1),
            "{letter:?}"
        );
    }
}
