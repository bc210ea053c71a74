//! The events of these tests, and consumers of every guarantee. All of them fail until they are
//! mended.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tidings_core::{
    Consumer, Context, Effects, Event, Failure, Leased, Natural, Personal, Repeat, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
};
use tidings_testkit::{Given, given};

/// Where effects are counted.
pub const EFFECTS: Table = Table::new("effects", "zoo", "id");

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Poked {
    pub id: String,
    pub good: bool,
}

impl Event for Poked {
    const TYPE: &'static str = "bear.poked";
    const AGGREGATE: &'static str = "bear";

    fn aggregate_id(&self) -> &str {
        &self.id
    }
}

/// The event `id`, which can be handled or not.
pub fn poke(id: &str, good: bool) -> Given {
    let id = id.to_owned();
    given(&Poked { id: id.clone(), good }).id(id)
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Named {
    pub id: String,
    pub name: Personal<String>,
}

impl Event for Named {
    const TYPE: &'static str = "bear.named";
    const AGGREGATE: &'static str = "bear";

    fn aggregate_id(&self) -> &str {
        &self.id
    }

    fn person(&self) -> Option<&str> {
        Some(&self.id)
    }
}

/// What the consumers share.
#[derive(Debug, Clone, Default)]
pub struct Keeper {
    mended: Arc<AtomicBool>,
    fed: Arc<Mutex<Vec<String>>>,
}

impl Keeper {
    pub fn mend(&self) {
        self.mended.store(true, Ordering::Relaxed);
    }

    /// What has been fed, in its order.
    pub fn fed(&self) -> Vec<String> {
        self.fed.lock().unwrap().clone()
    }

    fn look(&self, poked: &Poked) -> Result<(), Failure> {
        if !self.mended.load(Ordering::Relaxed) {
            return Err(Failure::permanent(format!("bear {} is not there", poked.id)).of_class("NoBear"));
        }
        match poked.good {
            true => Ok(()),
            false => Err(Failure::permanent(format!("bear {} is no good", poked.id)).of_class("NoGood")),
        }
    }
}

/// Counts each event.
pub struct CountBear(pub Keeper);

impl Consumer for CountBear {
    const NAME: &'static str = "count-bear";
    const SERVICE: &'static str = "zoo";
    const USES: &'static [Resource] = &[Resource::Table(&EFFECTS, Access::Write)];
    type Event = Poked;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for CountBear {
    fn decide(&self, poked: Poked, context: &Context) -> Result<Effects, Failure> {
        self.0.look(&poked)?;
        let key = json!({ "id": context.envelope.id });
        Ok(Effects::none().add(&EFFECTS, &key, &[("runs", 1)])?)
    }
}

/// Feeds a bear. In a FIFO queue, as a handler of commands has it, what is fed is fed in order.
pub struct FeedBear(pub Keeper);

impl Consumer for FeedBear {
    const NAME: &'static str = "feed-bear";
    const SERVICE: &'static str = "zoo";
    type Event = Poked;
    type Guarantee = guarantee::Leased;
}

impl Leased for FeedBear {
    const REPEAT: Repeat = Repeat::MayRepeat;

    async fn perform(&self, poked: Poked, context: &Context) -> Result<Effects, Failure> {
        self.0.look(&poked)?;
        self.0.fed.lock().unwrap().push(context.envelope.id.clone());
        Ok(Effects::none())
    }
}

/// Greets a bear by its name.
pub struct GreetBear;

impl Consumer for GreetBear {
    const NAME: &'static str = "greet-bear";
    const SERVICE: &'static str = "zoo";
    const USES: &'static [Resource] = &[Resource::Personal(Access::Read)];
    type Event = Named;
    type Guarantee = guarantee::Natural;
}

impl Natural for GreetBear {
    async fn perform(&self, _: Named, _: &Context) -> Result<(), Failure> {
        Ok(())
    }
}
