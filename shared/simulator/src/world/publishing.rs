//! What is published, and when.

use std::time::Duration;

use tidings_core::{
    Actor, Clock as _, Consumer as _, Entropy as _, Envelope, Failure, Outgoing,
    causation::{Origin, originate},
    ports::Publish as _,
};
use uuid::Uuid;

use super::{PUBLISHING, World};
use crate::{
    consumers::{Happened, Ring, Tally, padding},
    invariants::Withheld,
    persons::{PERSONS, said_of},
    rule::Rule,
};

impl World {
    /// Publishes the events, over time and some of them twice; what is published reaches the bus, because a publisher that
    /// is told otherwise has told its caller so.
    pub(super) async fn publish(&self) -> Vec<Envelope> {
        let mut events = Vec::new();
        // One event of such a world: they are slow to read.
        let large = self
            .chance
            .hits(self.plan.odds.large)
            .then(|| self.chance.below(self.plan.events.into()));
        for number in 0..self.plan.events {
            tokio::time::sleep(PUBLISHING / self.plan.events.max(1)).await;
            let event = self.event(number, large == Some(number.into()));
            let Some(event) = self.sealed(event).await else {
                continue;
            };
            let copies = 1 + usize::from(self.chance.hits(self.plan.odds.published_twice));
            let published = self.bus.publish(&vec![event.clone(); copies]).await;
            assert!(
                published.iter().all(Result::is_ok),
                "the bus itself takes everything"
            );
            events.push(event);
        }
        events
    }

    /// One event reaches one of its two consumers, and not the other: when all else is over, so that nothing
    /// else happens otherwise because of it.
    pub(super) async fn withhold(&self) -> Option<Withheld> {
        let event = self.sealed(self.event(self.plan.events, false)).await?;
        let (from, to) = match self.chance.hits(0.5) {
            true => (Tally::NAME, Ring::NAME),
            false => (Ring::NAME, Tally::NAME),
        };
        let sent = self.bus.send(to, event.to_json());
        sent.expect("the consumer is subscribed");
        Some(Withheld { event, from })
    }

    fn event(&self, number: u32, large: bool) -> Envelope {
        let person = PERSONS[self.chance.below(PERSONS.len() as u64) as usize];
        let happened = Happened {
            id: format!("thing-{number}"),
            person: person.to_owned(),
            said: self.chance.hits(0.5).then(|| said_of(person).into()),
            poison: self.chance.hits(self.plan.odds.poison),
            padding: padding(large),
        };
        let outgoing = Outgoing::new(&happened, 1).expect("the event serialises");
        let origin = Origin {
            source: "/simulator".to_owned(),
            id: Uuid::from_u128(self.chance.bits()),
            time: self.clock.now(),
            correlation_id: None,
            trace: None,
            actor: Actor::default(),
        };
        originate(outgoing, origin)
    }

    /// Seals what is said of persons; tries until it is done.
    async fn sealed(&self, event: Envelope) -> Option<Envelope> {
        let keyring = self.keyring(self.clock);
        loop {
            match keyring.seal(vec![event.clone()]).await {
                Ok(sealed) => return sealed.into_iter().next(),
                Err(Failure::Transient { .. }) => {
                    let pause = Duration::from_millis(self.chance.below(200));
                    tokio::time::sleep(pause).await;
                }
                Err(failure) => {
                    let seen = format!("an event is not sealed: {}", failure.reason());
                    self.truth.ledger.violation(Rule::PersonsAreRead, seen);
                    return None;
                }
            }
        }
    }
}
