//! What the commands to an order that is there have in common.

use tidings_aws::{
    event_store::EventStore,
    http::{Problem, Request},
    projection::ReadToken,
};
use tidings_core::catalogue::Endpoint;

use crate::{
    answers::OrderChanged,
    order::{Order, OrderCommand, OrderRefusal},
};

/// Decides a command on the order `id`. The answer says how far the order is, and has the token with which a query shows it
/// (`?after=<token>`).
///
/// # Errors
/// A [`Problem`]; no event is written then.
pub(crate) async fn decided<E: Endpoint>(
    events: &EventStore,
    request: &Request<E>,
    id: &str,
    command: &OrderCommand,
) -> Result<OrderChanged, Problem> {
    let author = request.author(crate::SERVICE);
    let deciding = events.work::<OrderRefusal, _, _>(&author, |mut work| async move {
        let order = work.load::<Order>(id).await?;
        let order = work.decide(order, command)?;
        Ok(work.answer(order))
    });
    let order = deciding.await?.answer;
    Ok(OrderChanged {
        order_id: id.to_owned(),
        status: order.state.status(),
        version: order.version,
        token: ReadToken::of::<Order>(id, order.version),
    })
}
