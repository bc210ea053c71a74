//! What one thing sets off, and what all of that takes.

use super::{Assumptions, Cost, MILLION, Prices, Step, Units};
use crate::{
    document::{Document, Function, Role, Use},
    thing::Thing,
};

impl Document {
    /// What a million of this thing costs, with everything that it sets off; none for a thing that nobody
    /// asks for: a table, a service.
    ///
    /// Not counted: what is tried again, what waits (empty receives, schedules), logs and metrics, KMS,
    /// S3, mail, and what providers take.
    #[must_use]
    pub fn cost(&self, of: &Thing<'_>, assumptions: &Assumptions, prices: &Prices) -> Option<Cost> {
        let mut walk = Walk {
            document: self,
            assumptions,
            steps: Vec::new(),
            cut: Vec::new(),
            way: Vec::new(),
        };
        match of {
            Thing::Event(name) => walk.event(name, 0, 1.0),
            Thing::Command(name) => walk.command(name, 0, 1.0, false),
            Thing::Function(Role::Publisher | Role::Query | Role::Scheduled, function) => {
                walk.endpoint(*function);
            }
            Thing::Function(Role::Consumer, function) => {
                let consumer = self.consumers.iter().find(|one| one.name == function.name())?;
                walk.consumer(consumer, 0, 1.0);
            }
            _ => return None,
        }
        let mut total = Units::default();
        walk.steps.iter().for_each(|(_, _, units)| total += *units);
        let priced = |(depth, name, units): (usize, String, Units)| Step {
            depth,
            name,
            priced: prices.of(units),
        };
        Some(Cost {
            of: format!("{} {}", of.kind(), of.name()),
            count: MILLION,
            steps: walk.steps.into_iter().map(priced).collect(),
            total: prices.of(total),
            assumptions: assumptions.clone(),
            currency: prices.currency.clone(),
            region: prices.region.clone(),
            cut: walk.cut,
        })
    }
}

struct Walk<'a> {
    document: &'a Document,
    assumptions: &'a Assumptions,
    steps: Vec<(usize, String, Units)>,
    cut: Vec<String>,
    /// The events between the first one and here.
    way: Vec<String>,
}

impl<'a> Walk<'a> {
    fn add(&mut self, depth: usize, name: String, units: Units, times: f64) {
        self.steps.push((depth, name, units * (times * MILLION)));
    }

    fn event(&mut self, name: &str, depth: usize, times: f64) {
        if self.way.iter().any(|one| one == name) {
            let way = self.way.join(" -> ");
            return self
                .cut
                .push(format!("{name} causes itself ({way}): counted once"));
        }
        let document: &'a Document = self.document;
        // What a consumer emits passes the outbox's relay, what else is stated the event store's: they cost the same.
        let relay = document.relays.first().map(|relay| relay as &dyn Function);
        self.add(
            depth,
            format!("event {name}"),
            self.assumptions.event(relay),
            times,
        );
        self.way.push(name.to_owned());
        for consumer in document.consumers.iter().filter(|one| one.takes.event(name)) {
            self.consumer(consumer, depth + 1, times);
        }
        self.way.pop();
    }

    fn command(&mut self, name: &str, depth: usize, times: f64, waits: bool) {
        let document: &'a Document = self.document;
        self.add(
            depth,
            format!("command {name}"),
            self.assumptions.sending(waits),
            times,
        );
        match document.handler(name) {
            Some(handler) => self.consumer(handler, depth + 1, times),
            None => self.cut.push(format!("nothing handles {name}")),
        }
    }

    fn consumer(&mut self, consumer: &'a crate::document::Consumer, depth: usize, times: f64) {
        let name = format!("{} ({})", consumer.name, consumer.guarantee.as_str());
        self.add(depth, name, self.assumptions.consumer(consumer), times);
        self.what_follows(consumer, depth + 1, times);
    }

    fn endpoint(&mut self, function: &dyn Function) {
        let name = format!("{} (a request)", function.name());
        self.add(0, name, self.assumptions.endpoint(function), 1.0);
        self.what_follows(function, 1, 1.0);
    }

    /// The events that a function states, and the commands that it sends.
    fn what_follows(&mut self, function: &dyn Function, depth: usize, times: f64) {
        for stated in function.publishes() {
            let share = self.assumptions.share.get(&stated.name).copied().unwrap_or(1.0);
            if share > 0.0 {
                self.event(&stated.name, depth, times * share);
            }
        }
        let waits = function
            .uses()
            .iter()
            .any(|used| matches!(used, Use::Replies { .. }));
        for command in function.uses().iter().filter_map(Use::command) {
            self.command(command, depth, times, waits);
        }
    }
}
