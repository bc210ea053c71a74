//! A stage: the queues of some consumers, what is dead in them, and operators.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::json;
use tidings_aws::queue::attributes;
use tidings_bus::{EmbeddedDynamoDb, EmbeddedSqs, QueueMessage};
use tidings_core::{
    Consumer as _, Takes,
    catalogue::{DEAD_LETTER_RETENTION, EVENTS, OPERATIONS, consumer},
    consumer::{Declared, Repeat},
};
use tidings_operations::{Desk, Roster, Selection, Tables};
use tidings_testkit::{Bench, Ended, Message, Worker, raw};

use crate::{
    life::Life,
    zoo::{CountBear, FeedBear, GreetBear, Keeper, Poked, poke},
};

/// The standard queue of a transactional consumer, and of a natural one; and the FIFO queue of a
/// leased one.
pub const COUNT: &str = "count-bear";
pub const GREET: &str = "greet-bear";
pub const FEED: &str = "feed-bear";

pub struct Stage {
    pub bench: Bench,
    pub sqs: EmbeddedSqs,
    pub keeper: Keeper,
    /// The catalogue document.
    pub catalogue: serde_json::Value,
    roster: Roster,
    count: Worker,
    feed: Worker,
}

impl Stage {
    pub async fn open() -> Self {
        Self::with_contracts(json!([])).await
    }

    /// A stage whose catalogue has these contracts.
    pub async fn with_contracts(contracts: serde_json::Value) -> Self {
        let bench = Bench::open().await;
        bench.table(&OPERATIONS).await;
        bench.table(&EVENTS).await;
        let sqs = EmbeddedSqs::new(bench.clock(), bench.entropy());
        let keeper = Keeper::default();
        let feed = Declared {
            takes: Takes::Command("bear.poked"),
            ..Declared::by::<FeedBear>().with_repeat(Some(Repeat::MayRepeat))
        };
        let consumers = [Declared::by::<CountBear>(), Declared::by::<GreetBear>(), feed];
        let consumers = consumers.iter().map(consumer).collect::<Vec<_>>();
        let catalogue = json!({ "system": "zoo", "consumers": consumers, "contracts": contracts });
        let roster = Roster::read(&catalogue, None).unwrap();
        for queue in roster.dead_queues() {
            for name in [&queue.name, &queue.destination] {
                sqs.create(name, Duration::from_secs(60), DEAD_LETTER_RETENTION);
            }
        }
        Self {
            count: bench.worker(CountBear(keeper.clone())).await,
            feed: bench.worker(FeedBear(keeper.clone())).await,
            bench,
            sqs,
            keeper,
            roster,
            catalogue,
        }
    }

    /// An operator's desk.
    pub fn desk(&self) -> Desk {
        self.desk_of(&Life::long())
    }

    /// The desk of an operator with this life.
    pub fn desk_of(&self, life: &Arc<Life>) -> Desk {
        let sqs = EmbeddedSqs::config(life.way(self.sqs.connector())).build();
        let dynamodb = EmbeddedDynamoDb::config(life.way(self.bench.database().connector())).build();
        let sqs = aws_sdk_sqs::Client::from_conf(sqs);
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb);
        let desk = Desk::new(
            self.roster.clone(),
            sqs,
            &dynamodb,
            Tables::named(ToOwned::to_owned),
        );
        desk.with(self.bench.clock(), self.bench.entropy())
    }

    /// A letter that `count-bear` has set aside.
    pub fn counted_dead(&self, id: &str, good: bool) {
        let cause = [
            ("reason", format!("bear {id} is not there")),
            ("class", "NoBear".to_owned()),
            ("consumer", CountBear::NAME.to_owned()),
            ("attempts", "1".to_owned()),
        ];
        let attributes = cause.map(|(name, value)| (name.to_owned(), value)).into();
        self.dead(
            &format!("{COUNT}-dlq"),
            poke(id, good).envelope().to_json(),
            attributes,
        );
    }

    /// A letter in a standard queue.
    pub fn dead(&self, queue: &str, body: impl Into<String>, attributes: BTreeMap<String, String>) {
        assert!(self.sqs.put_text(queue, body, None, attributes), "{queue}");
    }

    /// Lets `feed-bear` set an event of a message group aside; the runtime notes that its group
    /// waits behind it. What comes next of the group waits in the queue.
    pub async fn feed_dead(&self, group: &str, id: &str, good: bool, next: &[String]) {
        let before = self.feed.dead_letters().len();
        let ended = self
            .feed
            .deliver([poke(id, good).message().in_group(group)])
            .await;
        assert!(matches!(ended[0], Ended::SetAside { .. }), "{ended:?}");
        self.set_aside("feed-bear.fifo", &self.feed, before);
        for next in next {
            let body = poke(next, true).envelope().to_json();
            assert!(
                self.sqs
                    .put_text("feed-bear.fifo", body, Some(group), BTreeMap::new())
            );
        }
    }

    /// What the redrive policy has moved out of a group of `feed-bear`: as it came, and nothing is
    /// noted of it.
    pub fn feed_moved(&self, group: &str, id: &str) {
        let body = poke(id, true).envelope().to_json();
        let queue = format!("{FEED}-dlq.fifo");
        assert!(self.sqs.put_text(&queue, body, Some(group), BTreeMap::new()));
    }

    /// Puts what a worker has set aside, after its first letters, into the dead-letter queue.
    fn set_aside(&self, queue: &str, worker: &Worker, before: usize) {
        for letter in worker.dead_letters().iter().skip(before) {
            let cause = attributes(letter).into_iter();
            let cause = cause.map(|(name, value)| (name.to_owned(), value)).collect();
            let (dead, group) = match queue.strip_suffix(".fifo") {
                Some(name) => (format!("{name}-dlq.fifo"), Some(letter.message_id.as_str())),
                None => (format!("{queue}-dlq"), None),
            };
            assert!(self.sqs.put_text(&dead, letter.body.clone(), group, cause));
        }
    }

    /// What is in the dead-letter queues.
    pub fn letters(&self) -> Vec<QueueMessage> {
        let queues = self.roster.dead_queues();
        queues.flat_map(|queue| self.sqs.messages(&queue.name)).collect()
    }

    /// What waits in the consumers' own queues.
    pub fn waiting(&self) -> Vec<QueueMessage> {
        let queues = [COUNT, GREET, "feed-bear.fifo"];
        queues
            .into_iter()
            .flat_map(|queue| self.sqs.messages(queue))
            .collect()
    }

    /// Lets the consumers take what is in their queues, until nothing is left.
    pub async fn consume(&self) {
        let sqs = self.sqs.client();
        for (queue, worker) in [(COUNT, &self.count), ("feed-bear.fifo", &self.feed)] {
            let url = format!("http://embedded/{queue}");
            while !self.sqs.messages(queue).is_empty() {
                let receive = sqs.receive_message().queue_url(&url).max_number_of_messages(10);
                let receive = receive
                    .message_system_attribute_names("All".into())
                    .message_attribute_names("All");
                let received = receive.send().await.unwrap().messages.unwrap_or_default();
                let batch: Vec<_> = received.iter().map(message).collect();
                let before = worker.dead_letters().len();
                let ended = worker.deliver(batch).await;
                for (received, ended) in received.iter().zip(ended) {
                    let receipt = received.receipt_handle().unwrap();
                    if let Ended::Back { after, .. } = ended {
                        let hide = sqs
                            .change_message_visibility()
                            .queue_url(&url)
                            .receipt_handle(receipt);
                        let seconds = i32::try_from(after.as_secs()).unwrap();
                        hide.visibility_timeout(seconds).send().await.unwrap();
                        continue;
                    }
                    sqs.delete_message()
                        .queue_url(&url)
                        .receipt_handle(receipt)
                        .send()
                        .await
                        .unwrap();
                }
                self.set_aside(queue, worker, before);
                let rest = if received.is_empty() { 61 } else { 1 };
                self.bench.pass(Duration::from_secs(rest));
            }
        }
    }
}

/// A message as the runtime is handed it.
fn message(received: &aws_sdk_sqs::types::Message) -> Message {
    use aws_sdk_sqs::types::MessageSystemAttributeName;
    let message = raw(received.body().unwrap()).id(received.message_id().unwrap());
    let system = |name| received.attributes().and_then(|attributes| attributes.get(&name));
    let message = match system(MessageSystemAttributeName::MessageGroupId) {
        Some(group) => message.in_group(group),
        None => message,
    };
    let own = |name: &str| received.message_attributes()?.get(name)?.string_value();
    let message = match own("group") {
        Some(group) => message.letter_of(group),
        None => message,
    };
    match own("attempts") {
        Some(attempts) => message.tried(attempts.parse().unwrap()),
        None => message,
    }
}

/// Letters of this consumer.
pub fn of(consumer: &str) -> Selection {
    Selection {
        consumers: vec![consumer.to_owned()],
        ..Selection::default()
    }
}

/// An event of this type as another body.
pub fn patched(id: &str, good: bool) -> serde_json::Value {
    json!({ "data": Poked { id: id.to_owned(), good } })
}
