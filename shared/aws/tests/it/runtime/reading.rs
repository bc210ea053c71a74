//! Reading an event is the consumer's own code, and may panic.

use serde::{Deserialize, Serialize};
use tidings_core::{Consumer, Context, Effects, Event, Failure, Transactional, consumer::guarantee};
use tidings_testkit::{Bench, Ended, given};

/// An event whose old version nobody can read any more.
#[derive(Serialize, Deserialize)]
struct Cursed {
    id: String,
}

impl Event for Cursed {
    const TYPE: &'static str = "bear.cursed";
    const AGGREGATE: &'static str = "bear";
    const VERSION: u32 = 2;

    fn aggregate_id(&self) -> &str {
        &self.id
    }

    fn upcast(_: u32, _: &str) -> Option<Result<Self, serde_json::Error>> {
        panic!("an old curse")
    }
}

struct LiftCurse;

impl Consumer for LiftCurse {
    const NAME: &'static str = "lift-curse";
    const SERVICE: &'static str = "zoo";
    type Event = Cursed;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for LiftCurse {
    fn decide(&self, _: Cursed, _: &Context) -> Result<Effects, Failure> {
        Ok(Effects::none())
    }
}

#[tokio::test]
async fn a_panic_while_an_event_is_read_fails_its_own_record_alone() {
    let worker = Bench::open().await.worker(LiftCurse).await;
    let cursed = |id: &str| given(&Cursed { id: id.to_owned() }).id(id);
    let ended = worker
        .deliver([
            cursed("a")
                .with(|attributes| attributes.schemaversion = 1)
                .message(),
            cursed("b").message(),
        ])
        .await;
    assert_eq!(
        ended,
        [Ended::back(1, "the handler panicked: an old curse"), Ended::Done]
    );
}
