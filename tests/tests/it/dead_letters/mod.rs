//! Operators at real queues: on SQS, as an emulator of the test's own has it. No function is
//! deployed; the tables are embedded.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use anyhow::Context as _;
use aws_sdk_sqs::{Client, types::QueueAttributeName};
use jiff::Timestamp;
use serde_json::json;
use tidings_aws::queue::DeadLetterQueue;
use tidings_bus::EmbeddedDynamoDb;
use tidings_core::{
    catalogue::{EVENTS, IDEMPOTENCY, OPERATIONS, PERSON_KEYS},
    ports::{DeadLetter, DeadLetters as _},
};
use tidings_operations::{Desk, Effect, Outcome, Redrive, Roster, Selection, State, Tables, groups};
use tidings_tests::{emulator::Emulator, stack::configuration};

/// A consumer on a standard queue, and one on a FIFO queue.
struct Zoo {
    sqs: Client,
    database: EmbeddedDynamoDb,
    roster: Roster,
    _emulator: Emulator,
}

impl Zoo {
    async fn open(name: &str) -> anyhow::Result<Self> {
        let emulator = Emulator::bare(name)?;
        let sqs = Client::new(&configuration(emulator.endpoint()).await);
        let database = EmbeddedDynamoDb::in_memory()?;
        for table in [&IDEMPOTENCY, &OPERATIONS, &PERSON_KEYS, &EVENTS] {
            database.create_table(table).await?;
        }
        let reads = json!([{ "type": "bear.poked", "version": 1 }]);
        let catalogue = json!({ "system": "zoo", "consumers": [
            { "name": "count-bear", "guarantee": "transactional", "takes": { "types": ["bear.poked"] }, "events": reads },
            { "name": "feed-bear", "guarantee": "leased", "repeat": "providerKey", "takes": { "command": "bear.poked" }, "events": reads },
        ]});
        let roster = Roster::read(&catalogue, None)?;
        for queue in roster.dead_queues() {
            for name in [&queue.name, &queue.destination] {
                let create = sqs.create_queue().queue_name(name);
                match queue.is_fifo() {
                    true => create.attributes(QueueAttributeName::FifoQueue, "true"),
                    false => create,
                }
                .send()
                .await?;
            }
        }
        Ok(Self {
            sqs,
            database,
            roster,
            _emulator: emulator,
        })
    }

    fn desk(&self) -> Desk {
        let tables = Tables::named(ToOwned::to_owned);
        Desk::new(
            self.roster.clone(),
            self.sqs.clone(),
            &self.database.client(),
            tables,
        )
    }

    async fn url(&self, queue: &str) -> anyhow::Result<String> {
        let answer = self.sqs.get_queue_url().queue_name(queue).send().await?;
        answer.queue_url.context("a queue without URL")
    }

    /// As its consumer sets a message aside.
    async fn set_aside(
        &self,
        queue: &str,
        consumer: &'static str,
        id: &str,
        group: Option<&str>,
    ) -> anyhow::Result<()> {
        let letter = DeadLetter {
            body: event(id),
            message_id: format!("m-{id}"),
            group: group.map(ToOwned::to_owned),
            reason: format!("bear {id} is not there"),
            class: "NoBear".into(),
            consumer,
            attempts: 3,
            first_failed: Timestamp::UNIX_EPOCH,
            event: Some(format!("/zoo#{id}")),
            correlation_id: Some(id.to_owned()),
        };
        let queue = DeadLetterQueue::new(self.sqs.clone(), self.url(queue).await?);
        Ok(queue.set_aside(&letter).await?)
    }

    /// The bodies and the groups of what is in a queue, which it leaves there, hidden.
    async fn bodies(&self, queue: &str) -> anyhow::Result<Vec<(String, String)>> {
        let url = self.url(queue).await?;
        let mut bodies = Vec::new();
        loop {
            let receive = self
                .sqs
                .receive_message()
                .queue_url(&url)
                .max_number_of_messages(10);
            let receive = receive.message_attribute_names("All").visibility_timeout(30);
            let messages = receive.send().await?.messages.unwrap_or_default();
            if messages.is_empty() {
                return Ok(bodies);
            }
            for message in messages {
                let attributes = message.message_attributes.unwrap_or_default();
                let group = attributes
                    .get("group")
                    .and_then(|group| group.string_value.clone());
                bodies.push((message.body.unwrap_or_default(), group.unwrap_or_default()));
            }
        }
    }
}

fn event(id: &str) -> String {
    json!({ "specversion": "1.0", "id": id, "source": "/zoo", "type": "bear.poked", "data": { "id": id } })
        .to_string()
}

#[tokio::test]
async fn letters_in_real_queues_are_listed_explained_redriven_dropped_and_brought_back() -> anyhow::Result<()>
{
    let zoo = Zoo::open("dead-letters").await?;
    for number in 0..12 {
        zoo.set_aside("count-bear-dlq", "count-bear", &format!("c{number}"), None)
            .await?;
    }
    zoo.set_aside("feed-bear-dlq.fifo", "feed-bear", "f1", Some("bear-1"))
        .await?;
    let subscription = zoo.url("count-bear-subscription-dlq").await?;
    zoo.sqs
        .send_message()
        .queue_url(subscription)
        .message_body("no JSON")
        .send()
        .await?;

    let desk = zoo.desk();
    let seen = desk.look(&Selection::default()).await;
    assert!(
        seen.queues.iter().all(|queue| queue.error.is_none()),
        "{:?}",
        seen.queues
    );
    assert_eq!(seen.letters.len(), 14);
    let mut told: Vec<_> = groups(&seen.letters)
        .into_iter()
        .map(|group| (group.class, group.letters))
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            ("NoBear".into(), 1),
            ("NoBear".into(), 12),
            ("NotDelivered".into(), 1)
        ]
    );
    let explained = desk.explain(&seen.letters).await?;
    let count = |test: fn(&Outcome) -> bool| explained.iter().filter(|one| test(&one.outcome)).count();
    assert_eq!(
        count(|one| matches!(one, Outcome::Begins { effect: Effect::Once })),
        12
    );
    assert_eq!(
        count(|one| matches!(
            one,
            Outcome::Begins {
                effect: Effect::ProviderKnows
            }
        )),
        1
    );
    assert_eq!(count(|one| matches!(one, Outcome::SetAsideAgain { .. })), 1);

    let redrive = Redrive {
        watch: Duration::ZERO,
        ..Redrive::default()
    };
    let act = desk
        .redrive(Selection::default(), redrive, "ada", None, &())
        .await?;
    assert_eq!(
        (act.state, act.counts.letters, act.counts.left),
        (State::Done, 13, 1)
    );
    let mut counted: Vec<_> = zoo
        .bodies("count-bear")
        .await?
        .into_iter()
        .map(|(body, _)| body)
        .collect();
    counted.sort();
    let mut expected: Vec<_> = (0..12).map(|number| event(&format!("c{number}"))).collect();
    expected.sort();
    assert_eq!(counted, expected, "as they were, each once");
    assert_eq!(
        zoo.bodies("feed-bear.fifo").await?,
        [(event("f1"), "bear-1".to_owned())]
    );

    let left = Selection::default();
    let act = desk.drop(left.clone(), "ada", "it is no event", &()).await?;
    assert_eq!((act.counts.letters, desk.look(&left).await.letters.len()), (1, 0));
    desk.restore(&act.id, "bob", None).await?;
    let back = desk.look(&left).await.letters;
    assert_eq!(
        back.iter().map(|letter| letter.body.as_str()).collect::<Vec<_>>(),
        ["no JSON"]
    );
    Ok(())
}
