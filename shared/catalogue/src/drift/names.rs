//! The names of what is deployed, as `infra/lib/names.ts` gives them.

use crate::document::{Consumer, Document};

/// The names of one stage.
#[derive(Debug, Clone)]
pub struct Names {
    system: String,
    prefix: String,
}

/// What to ask an account for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The topic.
    pub topic: String,
    /// The queues.
    pub queues: Vec<String>,
    /// The tables.
    pub tables: Vec<String>,
    /// The functions.
    pub functions: Vec<String>,
}

impl Names {
    /// The names of a system's stage; without one, those without a prefix.
    #[must_use]
    pub fn new(system: &str, stage: Option<&str>) -> Self {
        let stage = stage.filter(|stage| !stage.is_empty());
        Self {
            system: system.to_owned(),
            prefix: stage.map(|stage| format!("{stage}-")).unwrap_or_default(),
        }
    }

    /// Everything that the document says should be there.
    #[must_use]
    pub fn wanted(&self, document: &Document) -> Wanted {
        let mut queues = Vec::new();
        for consumer in &document.consumers {
            queues.extend([self.queue(consumer), self.dead_letters(consumer)]);
            if consumer.takes.command().is_none() {
                queues.push(self.undelivered(consumer));
            }
        }
        queues.extend(document.relays.iter().map(|relay| self.failures(&relay.name)));
        Wanted {
            topic: self.topic(),
            queues,
            tables: document
                .tables
                .iter()
                .map(|table| self.table(&table.name))
                .collect(),
            functions: document
                .functions()
                .map(|(_, one)| self.function(one.name()))
                .collect(),
        }
    }

    pub(crate) fn topic(&self) -> String {
        format!("{}{}-events", self.prefix, self.system)
    }

    pub(crate) fn table(&self, name: &str) -> String {
        format!("{}{}-{name}", self.prefix, self.system)
    }

    pub(crate) fn function(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub(crate) fn queue(&self, consumer: &Consumer) -> String {
        format!("{}{}{}", self.prefix, consumer.name, suffix(consumer))
    }

    pub(crate) fn dead_letters(&self, consumer: &Consumer) -> String {
        format!("{}{}-dlq{}", self.prefix, consumer.name, suffix(consumer))
    }

    pub(crate) fn undelivered(&self, consumer: &Consumer) -> String {
        format!("{}{}-subscription-dlq", self.prefix, consumer.name)
    }

    pub(crate) fn failures(&self, relay: &str) -> String {
        format!("{}{relay}-failures", self.prefix)
    }
}

/// The queue of a command's handler is FIFO, and SQS wants its name to say so.
fn suffix(consumer: &Consumer) -> &'static str {
    if consumer.takes.command().is_some() {
        ".fifo"
    } else {
        ""
    }
}
