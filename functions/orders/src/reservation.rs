//! The reservation: what was taken out of the stock for an order, until it is given back.

use storefront_contracts::{InventoryReleased, InventoryReserved, StockItem};
use tidings_core::{Aggregate, events};

events! {
    /// What happens to a reservation.
    pub enum ReservationEvent { InventoryReserved, InventoryReleased }
}

/// How the reservation of an order is called.
#[must_use]
pub fn reservation_of(order_id: &str) -> String {
    format!("res-{order_id}")
}

/// A reservation, as its events make it. The default is one that nobody has made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reservation {
    held: Option<InventoryReserved>,
}

/// Gives back what is reserved.
#[derive(Debug, Clone, Copy)]
pub struct Release;

/// A release is never refused: what is not reserved need not be given back.
#[derive(Debug, thiserror::Error)]
pub enum Never {}

impl Reservation {
    /// What is reserved now.
    #[must_use]
    pub fn items(&self) -> &[StockItem] {
        self.held.as_ref().map_or(&[], |held| &held.items)
    }
}

impl Aggregate for Reservation {
    const TYPE: &'static str = "reservation";
    type Event = ReservationEvent;
    type Command = Release;
    type Refusal = Never;

    fn decide(&self, Release: &Release) -> Result<Vec<ReservationEvent>, Never> {
        let released = self.held.clone().map(|held| InventoryReleased {
            reservation_id: held.reservation_id,
            order_id: held.order_id,
            items: held.items,
        });
        Ok(released.into_iter().map(Into::into).collect())
    }

    fn evolve(self, event: ReservationEvent) -> Self {
        Self {
            held: match event {
                ReservationEvent::InventoryReserved(reserved) => Some(reserved),
                ReservationEvent::InventoryReleased(_) => None,
            },
        }
    }
}
