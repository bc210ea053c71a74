//! The way of a record, from a batch to its partial response: **receive, admit, run, reply, settle**, top to bottom, a file a step.
//!
//! What happens once is the commit: [`run`](super::run) says how each guarantee comes to it. A commit of several events at once would
//! stand between the deciding and the committing of [`transactional`](super::run::transactional).

use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use tidings_core::Failure;

use super::{
    GIVE_UP, HandleBatch, LAST_START, Runtime, give_up, lane, line,
    receive::{self, Delivery},
    reply::{self, reply},
    run::{Attempt, End, Ran, run},
    settle::{Settled, settle},
    unpack,
};
use crate::log;

#[async_trait]
impl HandleBatch for Runtime {
    async fn handle(&self, batch: SqsEvent, deadline: Timestamp) -> SqsBatchResponse {
        let deliveries = receive::read(batch.records);
        unpack::warm(self, &deliveries, deadline).await;
        let back: Vec<_> = stream::iter(receive::lanes(deliveries))
            .map(|lane| lane::in_order(self, lane, deadline))
            .buffer_unordered(self.handler.declared.settings.concurrency.max(1))
            .collect()
            .await;
        self.surroundings.observe.batch_ended(self.surroundings.now());
        let mut response = SqsBatchResponse::default();
        response.set_failures(back.into_iter().flatten());
        response
    }

    fn paused_until(&self) -> Option<Timestamp> {
        self.breaker.paused_until(self.surroundings.now())
    }
}

/// Processes one event, and settles its messages. In a FIFO queue, it begins only when nothing of its group stands before it.
pub(super) async fn process(runtime: &Runtime, delivery: &Delivery, deadline: Timestamp) -> Settled {
    let begun = runtime.surroundings.now();
    let placed = line::place(runtime, delivery, begun, deadline).await;
    let place = placed.as_ref().ok().and_then(Option::as_ref);
    let ran = match line::wait(runtime, delivery, &placed, begun).await {
        Some(failure) => Ran::failed(0, failure),
        None => begin(runtime, delivery, begun, deadline).await,
    };
    let ran = line::leave(runtime, place, ran).await;
    let ran = give_up::too_old(delivery, place, ran, begun);
    settle(runtime, delivery, place, ran, begun).await
}

/// Receives, admits, runs and replies.
async fn begin(runtime: &Runtime, delivery: &Delivery, begun: Timestamp, deadline: Timestamp) -> Ran {
    let Runtime {
        surroundings,
        breaker,
        ..
    } = runtime;
    let late = |attempt, what: &str| Ran::failed(attempt, Failure::transient(what).of_class("Deadline"));

    // Receive: what is an event, and may be begun.
    if surroundings.left(deadline, LAST_START).is_zero() {
        return late(0, "not begun: the function's deadline is near");
    }
    let event = delivery
        .event()
        .and_then(|event| reply::answerable(runtime, event));
    let event = match event {
        Ok(event) => event,
        Err(failure) => return Ran::failed(delivery.receives(), failure),
    };
    log::irregular(event);

    // Admit: asked before anything is claimed, because an event that waits costs no call.
    let pass = match breaker.admit(event, begun, deadline, surroundings.entropy.as_ref()) {
        Ok(pass) => pass,
        Err(until) => {
            return Ran {
                attempt: 0,
                end: End::Paused { until },
            };
        }
    };

    // Run: as the consumer's guarantee says. The handler has its own, earlier limit; this one is for a database that does not answer.
    let attempt = Attempt::begin(runtime, delivery, event, begun, deadline, pass);
    let time = surroundings.left(deadline, GIVE_UP);
    let running = async {
        match give_up::count(runtime, &attempt).await {
            Ok(None) => run(runtime, attempt).await,
            Ok(Some(ran)) => ran,
            Err(failure) => Ran::failed(delivery.receives(), failure),
        }
    };
    let ran = match tokio::time::timeout(time, running).await {
        Ok(ran) => ran,
        Err(_) => late(delivery.receives(), "no answer before the function's deadline"),
    };
    breaker.ended(pass);

    // Reply: to who has sent a command and waits for its answer.
    reply(runtime, event, ran, deadline).await
}
