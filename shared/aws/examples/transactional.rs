//! The smallest complete function of a transactional consumer: its effect commits with the idempotency record, so it happens once.
//!
//! For each event it adds 1 to the attribute `runs` of the item whose key `id` is the event's id, in the table `EFFECT_TABLE`
//! (without that variable it only records the event). The event is `example.amount`, or any other with the same data: see `amount`.
//!
//! `sleep_ms` makes the decision itself slow. A decision is synchronous and has nothing to wait for, so it holds up the thread, and
//! the batch with it: ten events of half a second take five seconds here, and half a second in the example `leased`. That is how it
//! would be with real work too, and why such work belongs into a leased consumer.
//!
//! It is built and configured as the example `leased` is.

mod amount;

use std::time::Duration;

use amount::Amount;
use serde_json::json;
use tidings_aws::{ConsumerFunction, TableNames, environment::optional};
use tidings_core::{
    Consumer, Context, Effects, Failure, Transactional,
    catalogue::{Access, Resource, Table},
    consumer::guarantee,
};

/// Where effects are counted.
const EFFECTS: Table = Table::new("effects", "example", "id");

struct CountAmount {
    has_table: bool,
}

impl Consumer for CountAmount {
    const NAME: &'static str = "count-amount-transactional";
    const SERVICE: &'static str = "example";
    const USES: &'static [Resource] = &[Resource::Table(&EFFECTS, Access::Write)];
    type Event = Amount;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for CountAmount {
    fn decide(&self, amount: Amount, context: &Context) -> Result<Effects, Failure> {
        let Amount { amount, sleep_ms, .. } = amount.not_poison()?;
        std::thread::sleep(Duration::from_millis(sleep_ms));
        tracing::info!(event_id = context.envelope.id, amount, "decided");
        if !self.has_table {
            return Ok(Effects::none());
        }
        Ok(Effects::none().add(&EFFECTS, &json!({ "id": context.envelope.id }), &[("runs", 1)])?)
    }
}

fn main() -> Result<(), tidings_lambda::Error> {
    let table = optional("EFFECT_TABLE");
    let has_table = table.is_some();
    let function = ConsumerFunction::new(async move |_| Ok(CountAmount { has_table }));
    let tables = TableNames::new(table.map(|name| (EFFECTS.name, name)));
    tidings_lambda::consumer(function.on(tables))
}
