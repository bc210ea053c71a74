//! There is no order: whoever asked is told why, and what was reserved can be sold again.

use storefront_contracts::{OrderRefused, PaymentRefused, RefusalReason};
use tidings_aws::{
    event_store::{Attempted, Author},
    idempotency::Effect,
};
use tidings_core::{Failure, Outgoing, causation::beside};

use super::{Checkout, Checkouts, Ended, Refusal, Stage, Unfinished, lines::wanted, overtaken};

impl Checkouts {
    /// Ends a checkout without an order, states why, and gives back what it has reserved, in one transaction.
    pub(super) async fn refuse(&self, checkout: Checkout, refusal: Refusal) -> Result<Checkout, Unfinished> {
        let stated = stated(&checkout, &refusal)?;
        let returned = match &refusal {
            Refusal::OutOfStock { .. } => Vec::new(),
            Refusal::PaymentRefused { .. } => wanted(&checkout.order),
        };
        let returned: Vec<_> = self.give_back(&returned).collect();
        let receipt = self.refused(&checkout, &refusal, self.clock.now())?;
        let author = Author::service(crate::SERVICE);
        let (prepared, stated, returned) = (checkout.prepared(), &stated, &returned);
        let refusing = self.events.work_with_receipt(
            &author,
            |()| Some(receipt.clone()),
            |mut work| async move {
                let now = work.now();
                for event in stated {
                    let id = work.id();
                    work.state(beside(event.clone(), prepared, id, now));
                }
                for action in returned {
                    work.write(Effect {
                        action: action.clone(),
                        otherwise: None,
                    });
                }
                Ok(work.answer(()))
            },
        );
        match refusing.await? {
            Attempted::Done(_) => Ok(checkout.at(Stage::Ended(Ended::Refused(refusal)))),
            Attempted::DoneBefore(there) => overtaken(&checkout, Some(&there)),
        }
    }
}

/// What is told of a refusal: that there is no order, and before it that the card was declined, where that is why.
fn stated(checkout: &Checkout, refusal: &Refusal) -> Result<Vec<Outgoing>, Failure> {
    let order = &checkout.order;
    let (declined, reason, faults) = match refusal {
        Refusal::OutOfStock { faults } => (None, RefusalReason::OutOfStock, faults.clone()),
        Refusal::PaymentRefused { code } => {
            let declined = PaymentRefused {
                payment_id: format!("pay-{}", checkout.request_id()),
                order_id: order.order_id.clone(),
                user_id: order.user_id.clone(),
                amount: order.total,
                code: code.clone(),
            };
            (Some(declined), RefusalReason::PaymentRefused, Vec::new())
        }
    };
    let refused = OrderRefused {
        request_id: checkout.request_id(),
        order_id: order.order_id.clone(),
        user_id: order.user_id.clone(),
        reason,
        faults,
    };
    let declined = declined.map(|declined| Outgoing::new(&declined, 1)).transpose()?;
    Ok(declined
        .into_iter()
        .chain([Outgoing::new(&refused, 1)?])
        .collect())
}
