//! A relay and a sweeper that die.

use std::convert::Infallible;

use serde::{Deserialize, Serialize};
use tidings_aws::{event_store::Author, relay::Swept};
use tidings_core::{Aggregate, Event};

use super::world::World;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StepTaken {
    stair: String,
}

impl Event for StepTaken {
    const TYPE: &'static str = "step.taken";
    const AGGREGATE: &'static str = "stair";

    fn aggregate_id(&self) -> &str {
        &self.stair
    }
}

#[derive(Debug, Default)]
struct Stair;

impl Aggregate for Stair {
    const TYPE: &'static str = "stair";
    type Event = StepTaken;
    type Command = &'static str;
    type Refusal = Infallible;

    fn decide(&self, stair: &&'static str) -> Result<Vec<StepTaken>, Infallible> {
        let stair = (*stair).to_owned();
        Ok(vec![StepTaken { stair: stair.clone() }, StepTaken { stair }])
    }

    fn evolve(self, _: StepTaken) -> Self {
        self
    }
}

/// Two aggregates with four events each: two in a transaction, and two transactions that write to both.
async fn written() -> World {
    let world = World::new().await;
    let (events, author) = (world.events(), Author::service("house"));
    for _ in 0..2 {
        let up = events.work::<Infallible, _, _>(&author, |mut work| async move {
            for stair in ["east", "west"] {
                let loaded = work.load::<Stair>(stair).await?;
                work.decide(loaded, &stair)?;
            }
            Ok(work.answer(()))
        });
        up.await.unwrap();
    }
    world
}

/// The first point at which it lives.
const NEVER: u32 = u32::MAX;

#[tokio::test]
async fn a_relay_that_dies_at_any_point_is_followed_by_the_streams_next_try() {
    for point in 0.. {
        let world = written().await;
        let lived = world.stream(point, true).await;
        world.all_is_published().await;
        if lived {
            println!("{point} points");
            assert!(point > 20);
            break;
        }
    }
}

#[tokio::test]
async fn a_relay_and_a_sweeper_that_die_at_any_points_are_followed_by_the_next_sweep() {
    let mut worlds = 0;
    for relay in 0.. {
        let mut relay_lived = false;
        for sweeper in (0..).step_by(5) {
            let world = written().await;
            relay_lived = world.stream(relay, false).await;
            let lived = world.sweep(sweeper).await.is_some();
            let swept = world.sweep(NEVER).await.unwrap();
            assert!(swept.stuck.is_empty(), "{swept:?}");
            world.all_is_published().await;
            worlds += 1;
            if lived {
                break;
            }
        }
        if relay_lived {
            break;
        }
    }
    println!("{worlds} worlds");
}

#[tokio::test]
async fn a_sweeper_that_dies_at_any_point_is_followed_by_the_next_sweep() {
    for point in 0.. {
        let world = written().await;
        let lived = world.sweep(point).await.is_some();
        let swept = world.sweep(NEVER).await.unwrap();
        assert!(swept.stuck.is_empty(), "{swept:?}");
        world.all_is_published().await;
        if lived {
            assert_eq!(swept, Swept::default(), "the first has done it all");
            println!("{point} points");
            assert!(point > 20);
            break;
        }
    }
}
