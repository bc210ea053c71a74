//! The whole system: every publisher, query, consumer and handler of a command, a line each. The local run, the catalogue and with it the
//! infrastructure are made from this list.

use accounts::{
    ChangeEmail, Deposit, GetAccount, GetUser, OpenAccount, RegisterUser, RenameUser, Transfer, Withdraw,
    aggregate::Account,
};
use billing::CreateInvoice;
use insights::TrackAnalytics;
use notifications::SendOrderConfirmation;
use orders::{
    CancelOrder, ChangeOrderStatus, GetOrder, GetOrderSummary, HandlePlaceOrder, ListOrders, OrderViews,
    PlaceOrder, ProjectOrders,
};
use shipping::{GetShippingQuote, HandleQuoteShipping};
use tidings_aws::event_store::Kinds;
use tidings_core::catalogue::{EVENTS, OUTBOX};

use crate::registry::Registry;

/// The storefront.
pub fn storefront() -> Registry {
    Registry::new("storefront")
        .publisher(|world| PlaceOrder {
            events: world.events(),
            answers: world.answers(),
        })
        .publisher(|world| OpenAccount {
            events: world.events(),
            answers: world.answers(),
        })
        .publisher(|world| Deposit {
            events: world.events(),
            answers: world.answers(),
        })
        .publisher(|world| Withdraw {
            events: world.events(),
            answers: world.answers(),
        })
        .publisher(|world| Transfer {
            events: world.events(),
            answers: world.answers(),
        })
        .query(|world| GetAccount {
            events: world.events(),
        })
        .publisher(|world| RegisterUser {
            events: world.events(),
            answers: world.answers(),
        })
        .publisher(|world| RenameUser {
            events: world.events(),
        })
        .publisher(|world| ChangeEmail {
            events: world.events(),
        })
        .query(|world| GetUser {
            events: world.events(),
        })
        .publisher(|world| ChangeOrderStatus {
            events: world.events(),
        })
        .publisher(|world| CancelOrder {
            events: world.events(),
        })
        .query(|world| GetOrder { views: world.views() })
        .query(|world| GetOrderSummary { views: world.views() })
        .query(|world| ListOrders { views: world.views() })
        .query(|world| GetShippingQuote {
            requester: world.requester(),
            clock: world.clock(),
            entropy: world.entropy(),
        })
        .consumer(|_| HandlePlaceOrder)
        .consumer(|_| HandleQuoteShipping)
        .consumer(|_| CreateInvoice)
        .consumer(|world| SendOrderConfirmation {
            mailer: world.outside().mailer,
        })
        .consumer(|_| TrackAnalytics)
        .consumer(|world| ProjectOrders {
            projector: world.projector(),
        })
        .projection::<OrderViews>()
        .relay("relay-outbox", platform::SERVICE, &OUTBOX)
        .sweeper("sweep-outbox", platform::SERVICE, &OUTBOX)
        .relay("relay-events", platform::SERVICE, &EVENTS)
        .sweeper("sweep-events", platform::SERVICE, &EVENTS)
        .reaper("reap-reply-queues", platform::SERVICE)
        .snapshotter("snapshot-accounts", platform::SERVICE, Kinds::of::<Account>())
}
