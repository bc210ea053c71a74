//! The whole system: every publisher, query and consumer, a line each. The local run, the catalogue and with it the
//! infrastructure are made from this list.

use accounts::{
    ChangeEmail, Deposit, GetAccount, GetUser, OpenAccount, RegisterUser, RenameUser, Transfer, Withdraw,
    aggregate::Account,
};
use billing::CreateInvoice;
use insights::TrackAnalytics;
use notifications::SendOrderConfirmation;
use orders::PlaceOrder;
use tidings_aws::event_store::Kinds;
use tidings_core::catalogue::{EVENTS, OUTBOX};

use crate::registry::Registry;

/// The storefront.
pub fn storefront() -> Registry {
    Registry::new("storefront")
        .publisher(|world| PlaceOrder {
            events: world.events(),
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
        .consumer(|_| CreateInvoice)
        .consumer(|world| SendOrderConfirmation {
            mailer: world.mailer(),
        })
        .consumer(|_| TrackAnalytics)
        .relay("relay-outbox", platform::SERVICE, &OUTBOX)
        .sweeper("sweep-outbox", platform::SERVICE, &OUTBOX)
        .relay("relay-events", platform::SERVICE, &EVENTS)
        .sweeper("sweep-events", platform::SERVICE, &EVENTS)
        .snapshotter("snapshot-accounts", platform::SERVICE, Kinds::of::<Account>())
}
