//! Commands: who asks for cups to be poured into jugs, waits for the answers, and asks again where none comes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_lambda_events::{dynamodb::Event, streams::DynamoDbEventResponse};
use futures::future::{join, join_all};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_aws::request::{AskError, Dropped, ObserveReplies, Requester};
use tidings_bus::HandleStream;
use tidings_core::{
    Actor, Clock as _, Command, Consumer, Context, Effects, Entropy as _, Envelope, Failure, Received,
    Transactional,
    catalogue::{Access, Resource, Settings, Table},
    causation::Origin,
    command::issue,
    consumer::guarantee,
};
use uuid::Uuid;

use crate::{
    chance::Chance,
    consumers::Moods,
    ledger::Ledger,
    line::{Line, read, which},
    rule::Rule,
    time::VirtualClock,
};

/// `pour`: cups into a jug.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pour {
    /// The jug.
    pub jug: String,
    /// Which of its commands this is, from 0. It pours twice as many cups as the one before, so that the cups in a jug tell which commands
    /// have taken effect, and the changes of their number in which order.
    pub number: u32,
    /// What is the matter with it, until somebody mends it.
    pub trouble: Trouble,
}

/// Why a command cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// It can.
    None,
    /// It fails for good.
    Poison,
    /// It fails whenever it is tried, and says that it may succeed another time.
    Stubborn,
}

/// The answer: when it was poured, which another try would not say again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poured {
    at: i64,
    number: u32,
}

impl Command for Pour {
    const TYPE: &'static str = "pour";
    const AGGREGATE: &'static str = "jug";
    type Answer = Poured;

    fn aggregate_id(&self) -> &str {
        &self.jug
    }
}

/// How many cups are in each jug.
pub const JUGS: Table = Table {
    stream: true,
    ..Table::new("jugs", "simulator", "jug")
};

/// The handler of the command.
pub(crate) struct HandlePour {
    pub(crate) moods: Moods,
    pub(crate) line: Arc<Line>,
}

impl Consumer for HandlePour {
    const NAME: &'static str = "handle-pour";
    const SERVICE: &'static str = "simulator";
    /// What keeps failing is a dead letter within minutes.
    const SETTINGS: Settings = Settings {
        outage_budget: Duration::from_secs(60),
        ..Settings::DEFAULT
    };
    const USES: &'static [Resource] = &[Resource::Table(&JUGS, Access::Write)];
    type Event = Received<Pour>;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for HandlePour {
    fn decide(&self, Received(pour): Received<Pour>, context: &Context) -> Result<Effects, Failure> {
        self.line.begins(&pour);
        match pour.trouble {
            Trouble::Poison if !self.line.mended(&which(&pour)) => {
                return Err(Failure::permanent("the jug is cracked"));
            }
            Trouble::Stubborn if !self.line.mended(&which(&pour)) => {
                return Err(Failure::transient("the jug is out of reach"));
            }
            _ => self.moods.decide(false)?,
        }
        self.line.succeeds(&pour);
        let answer = Poured {
            at: context.now.as_millisecond(),
            number: pour.number,
        };
        Ok(Effects::none()
            .add(&JUGS, &json!({ "jug": pour.jug }), &[("cups", cups(pour.number))])?
            .answer::<Pour>(&answer)?)
    }
}

/// How many cups the command of this number pours.
pub(crate) fn cups(number: u32) -> i64 {
    1 << number
}

/// The jugs of a world. Each has one who asks, and so an order of commands.
const JUGS_OF_A_WORLD: [&str; 2] = ["blue", "green"];
/// How often an answer is asked for before that is a violation.
const PATIENCE: u32 = 200;
/// The longest time between two times that it is asked for.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// How likely the next command is sent though this one is not answered yet.
const IMPATIENT: f64 = 0.3;
/// How likely a command is asked for twice at once.
const TWICE: f64 = 0.2;

/// Who asks.
pub(crate) struct Askers {
    pub(crate) requester: Requester,
    pub(crate) chance: Arc<Chance>,
    pub(crate) clock: VirtualClock,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) line: Arc<Line>,
    /// How likely a command cannot be done.
    pub(crate) troubled: f64,
    /// The commands, and what each was answered.
    pub(crate) asked: Mutex<Vec<(Envelope, Vec<Poured>)>>,
}

impl Askers {
    /// Asks for so many commands a jug, over this time.
    pub(crate) async fn pour(&self, commands: u32, over: Duration) {
        join_all(JUGS_OF_A_WORLD.map(|jug| self.fill(jug, commands, over))).await;
    }

    async fn fill(&self, jug: &str, commands: u32, over: Duration) {
        let pause = over / commands.max(1);
        let mut unanswered = Vec::new();
        for number in 0..commands {
            tokio::time::sleep(Duration::from_millis(self.chance.below(pause.as_millis() as u64))).await;
            let command = self.command(jug, number);
            let answers = match self.chance.hits(TWICE) {
                true => {
                    let (one, other) = join(self.ask(&command, 0.0), self.ask(&command, 0.0)).await;
                    one.into_iter().chain(other).collect()
                }
                false => Vec::from_iter(self.ask(&command, IMPATIENT).await),
            };
            if answers.is_empty() {
                unanswered.push(command.clone());
            }
            self.note(command, answers);
        }
        for command in unanswered {
            let answer = self.ask(&command, 0.0).await;
            if answer.is_none() && !self.is_dropped(&command) {
                let seen = format!("{} is not answered, however often it is asked", command.id);
                self.ledger.violation(Rule::CommandsAreAnswered, seen);
            }
            self.note(command, answer.into_iter().collect());
        }
    }

    fn note(&self, command: Envelope, answers: Vec<Poured>) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push((command, answers));
    }

    fn command(&self, jug: &str, number: u32) -> Envelope {
        let origin = Origin {
            source: "/simulator".to_owned(),
            id: Uuid::from_u128(self.chance.bits()),
            time: self.clock.now(),
            correlation_id: None,
            trace: None,
            actor: Actor::default(),
        };
        let trouble = match self.chance.unit() / self.troubled {
            poison if poison < 0.5 => Trouble::Poison,
            stubborn if stubborn < 1.0 => Trouble::Stubborn,
            _ => Trouble::None,
        };
        let pour = Pour {
            jug: jug.to_owned(),
            number,
            trouble,
        };
        issue(&pour, origin).expect("the command serialises")
    }

    fn is_dropped(&self, command: &Envelope) -> bool {
        read(&command.to_json()).is_some_and(|which| self.line.dropped(&which))
    }

    /// Asks until there is an answer, until the command is dropped, or until it goes on without one: but not before the command is in its queue.
    async fn ask(&self, command: &Envelope, impatient: f64) -> Option<Poured> {
        for asked in 0..PATIENCE {
            if self.is_dropped(command) {
                return None;
            }
            // Each time that it is asked it is another message. Who waits behind a dead letter asks seldom in the end.
            let pause = LONGEST_PAUSE.min(Duration::from_millis(1 << asked.min(30)));
            tokio::time::sleep(Duration::from_millis(self.chance.below(pause.as_millis() as u64))).await;
            match self.requester.ask::<Pour>(command.clone()).await {
                Ok(poured) => return Some(poured),
                Err(AskError::TimedOut(_)) if self.chance.hits(impatient) => return None,
                Err(AskError::TimedOut(_) | AskError::NotSent(_)) => {}
                Err(unreadable @ AskError::Unreadable(_)) => self
                    .ledger
                    .violation(Rule::CommandsAreAnswered, unreadable.to_string()),
            }
        }
        None
    }

    /// The commands. **Who asks is answered, and always the same.**
    pub(crate) fn settled(&self) -> BTreeMap<String, Envelope> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut answers: BTreeMap<&str, Vec<&Poured>> = BTreeMap::new();
        for (command, poured) in asked.iter() {
            answers.entry(&command.id).or_default().extend(poured);
        }
        for (command, answers) in answers {
            if answers.windows(2).any(|two| two[0] != two[1]) {
                let seen = format!("{command} has two answers: {answers:?}");
                self.ledger.violation(Rule::CommandsAreAnswered, seen);
            }
        }
        let commands = asked
            .iter()
            .map(|(command, _)| (command.id.clone(), command.clone()));
        commands.collect()
    }
}

/// Answers that come late, or twice, are dropped: whoever asks again is answered again.
pub(crate) struct Unheard;

impl ObserveReplies for Unheard {
    fn dropped(&self, _: Dropped) {}
}

/// **Commands for one aggregate take effect once, and in the order in which they were sent**: reads every change of a jug.
pub(crate) struct Jugs {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) filled: Mutex<BTreeMap<String, i64>>,
    /// The commands of each jug that have taken effect, in their order.
    pub(crate) done: Arc<Mutex<BTreeMap<String, Vec<u32>>>>,
}

#[derive(Deserialize)]
struct Filled {
    jug: String,
    cups: i64,
}

#[async_trait]
impl HandleStream for Jugs {
    async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        let mut filled = self.filled.lock().unwrap_or_else(PoisonError::into_inner);
        for record in batch.records {
            let Ok(change) = serde_dynamo::from_item::<_, Filled>(record.change.new_image) else {
                self.ledger.violation(Rule::CommandsInOrder, "a jug without cups");
                continue;
            };
            let before = filled.insert(change.jug.clone(), change.cups).unwrap_or(0);
            // All that was poured before is less than what the next one pours.
            let poured = change.cups - before;
            if poured.count_ones() != 1 || poured <= before {
                let seen = format!("{}: {poured} cups are poured onto {before}", change.jug);
                self.ledger.violation(Rule::CommandsInOrder, seen);
            }
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            let numbers = (0..i64::BITS - 1).filter(|number| poured & cups(*number) != 0);
            done.entry(change.jug).or_default().extend(numbers);
        }
        DynamoDbEventResponse::default()
    }
}
