//! A queue, a function that answers by a script, and what was seen of both.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use jiff::{SignedDuration, Timestamp};
use tidings_aws::HandleBatch;
use tidings_bus::{Bus, Disorder, QueueSettings};
use tidings_core::{
    Clock, Envelope, Takes,
    clock::SystemEntropy,
    ports::{Postpone, SendCommand},
};
use tokio::time::Instant;

/// What a function does with a message.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// It fails so often, and the batch item failures name it.
    Fails(u32),
    /// The whole invocation fails so often.
    Throws(u32),
    /// The batch item failures have an entry without an identifier, so often.
    NamesNobody(u32),
    /// It asks for the message to be hidden for so many seconds, and fails; once.
    Hides(u64),
    /// It takes so many seconds the first time.
    Takes(u64),
    /// It asks for the message to be hidden for the first number of seconds and takes the second; the first time.
    HidesAndTakes(u64, u64),
}

/// A queue as it was made for the recording.
#[derive(Debug, Clone, Copy)]
pub struct Made {
    pub fifo: bool,
    /// `VisibilityTimeout`, in seconds.
    pub hidden: u64,
    /// `maxReceiveCount`.
    pub receives: u32,
    /// `BatchSize`.
    pub batch: usize,
    /// Invocations at once.
    pub at_once: usize,
}

impl Made {
    pub const STANDARD: Self = Self {
        fifo: false,
        hidden: 8,
        receives: 100,
        batch: 10,
        at_once: 1,
    };
    pub const FIFO: Self = Self {
        fifo: true,
        ..Self::STANDARD
    };
}

/// A message that was received: its name, and how often by then.
pub type Received = (String, u32);

/// One run.
pub struct Play {
    bus: Bus,
    made: Made,
    begun: Instant,
}

/// The queue's name, and the type of what is sent to it.
const QUEUE: &str = "recorded";

#[derive(Clone, Copy)]
struct Ticking(Instant);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::try_from(self.0.elapsed()).unwrap()
    }
}

impl Play {
    pub fn on(made: Made) -> Self {
        let begun = Instant::now();
        Self {
            bus: Bus::new(Arc::new(Ticking(begun)), Arc::new(SystemEntropy)),
            made,
            begun,
        }
    }

    /// Sends what is in the queue before the event source mapping is, hands it over, and waits until nothing is left; answers the
    /// invocations, each with the second in which it began.
    pub async fn run(&self, sent: &[&str], does: &[(&str, Does)]) -> Vec<(u64, Vec<Received>)> {
        let takes = match self.made.fifo {
            true => Takes::Command(QUEUE),
            false => Takes::Types(vec![QUEUE]),
        };
        let settings = QueueSettings {
            visibility_timeout: Duration::from_secs(self.made.hidden),
            max_receive_count: self.made.receives,
            batch_size: self.made.batch,
            maximum_concurrency: self.made.at_once,
            timeout: Duration::from_secs(60),
            disorder: Disorder::NONE,
        };
        let subscription = self.bus.subscribe(QUEUE, takes, settings);
        for message in sent {
            self.send(message).await;
        }
        let function = Arc::new(Function {
            does: does
                .iter()
                .map(|(name, does)| ((*name).to_owned(), *does))
                .collect(),
            queue: subscription.postpone(),
            invocations: Mutex::default(),
            begun: self.begun,
        });
        subscription.consume(function.clone());
        self.bus.settled().await;
        function.invocations.lock().unwrap().clone()
    }

    /// Sends a message: `name`, or `group/name`; what is sent again is the same message.
    pub async fn send(&self, message: &str) {
        let (group, name) = message.split_once('/').unwrap_or(("", message));
        let subject = match group {
            "" => String::new(),
            group => format!(r#","subject":"{group}","aggregatetype":"group""#),
        };
        let text = format!(
            r#"{{"specversion":"1.0","id":"{name}","source":"/recorded","type":"{QUEUE}"{subject}}}"#
        );
        match self.made.fifo {
            true => {
                let command = Envelope::parse(&text).unwrap();
                SendCommand::send(&self.bus, &command).await.unwrap();
            }
            false => self.bus.send(QUEUE, text).unwrap(),
        }
    }

    /// How many messages are left.
    pub fn unsettled(&self) -> usize {
        self.bus.unsettled()
    }

    /// Waits until nothing is left.
    pub async fn settled(&self) {
        self.bus.settled().await;
    }

    /// The names of what is in the dead-letter queue, and how often each was received.
    pub fn dead(&self) -> Vec<Received> {
        let dead = self.bus.dead_letters(QUEUE).unwrap();
        dead.iter()
            .map(|dead| (name(&dead.body), dead.receives))
            .collect()
    }
}

/// The function behind the queue.
struct Function {
    does: HashMap<String, Does>,
    queue: Arc<dyn Postpone>,
    invocations: Mutex<Vec<(u64, Vec<Received>)>>,
    begun: Instant,
}

#[async_trait]
impl HandleBatch for Function {
    async fn handle(&self, batch: SqsEvent, _: Timestamp) -> SqsBatchResponse {
        let mut received = Vec::new();
        for record in &batch.records {
            let receives = record.attributes["ApproximateReceiveCount"].parse().unwrap();
            received.push((name(record.body.as_deref().unwrap()), receives));
        }
        let begun = self.begun.elapsed().as_secs();
        self.invocations.lock().unwrap().push((begun, received.clone()));
        let mut response = SqsBatchResponse::default();
        for (record, (name, receives)) in batch.records.iter().zip(received) {
            let (id, receipt) = (
                record.message_id.clone().unwrap(),
                record.receipt_handle.as_deref().unwrap(),
            );
            let hide = async |seconds| {
                self.queue
                    .postpone(receipt, Duration::from_secs(seconds))
                    .await
                    .unwrap()
            };
            match self.does.get(&name) {
                Some(Does::Fails(times)) if receives <= *times => response.add_failure(id),
                Some(Does::Throws(times)) if receives <= *times => panic!("the function fails"),
                Some(Does::NamesNobody(times)) if receives <= *times => response.add_failure(""),
                Some(Does::Hides(seconds)) if receives == 1 => {
                    hide(*seconds).await;
                    response.add_failure(id);
                }
                Some(Does::Takes(seconds)) if receives == 1 => {
                    tokio::time::sleep(Duration::from_secs(*seconds)).await
                }
                Some(Does::HidesAndTakes(hidden, seconds)) if receives == 1 => {
                    hide(*hidden).await;
                    tokio::time::sleep(Duration::from_secs(*seconds)).await;
                }
                _ => {}
            }
        }
        response
    }
}

fn name(body: &str) -> String {
    Envelope::parse(body).unwrap().id.clone()
}

/// What was received in each invocation, without the times.
pub fn received(invocations: &[(u64, Vec<Received>)]) -> Vec<Vec<(&str, u32)>> {
    invocations
        .iter()
        .map(|(_, received)| {
            received
                .iter()
                .map(|(name, receives)| (name.as_str(), *receives))
                .collect()
        })
        .collect()
}
