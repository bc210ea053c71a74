//! Step 2: the stock, all of it or nothing.

use tidings_aws::transaction::{self, Ended as Transaction};
use uuid::Uuid;

use super::{
    Checkout, Checkouts, Refusal, Stage, Unfinished,
    lines::{too_few, wanted},
    overtaken,
};

impl Checkouts {
    /// Takes what the order needs out of the stock, and moves the checkout on, in one transaction. Whoever meets others at an article tries
    /// again, with growing pauses and full jitter ([`transaction::commit`]), and holds nothing meanwhile.
    pub(super) async fn reserve(&self, checkout: Checkout, card: String) -> Result<Checkout, Unfinished> {
        let now = self.clock.now();
        let wanted = wanted(&checkout.order);
        let moved = self.reserved(&checkout, now);
        let actions: Vec<_> = std::iter::once(moved).chain(self.take(&wanted)).collect();
        let token = Uuid::from_u128(self.entropy.bits()).to_string();
        let ended = transaction::commit(&self.dynamodb, &token, &actions, self.entropy.as_ref()).await?;
        let (first, also) = match ended {
            Transaction::Committed => return Ok(checkout.at(Stage::Reserved { card, since: now })),
            // Somebody else is at this checkout: what there is of the stock does not matter.
            Transaction::Refused { action: 0, there, .. } => return overtaken(&checkout, there.as_ref()),
            Transaction::Refused { action, there, also } => ((action, there), also),
        };
        let short = std::iter::once(first).chain(also);
        let faults = short.filter_map(|(action, there)| {
            let wanted = wanted.get(action.checked_sub(1)?)?;
            Some(too_few(&checkout.order, wanted, there.as_ref()))
        });
        let faults = faults.flatten().collect();
        self.refuse(checkout, Refusal::OutOfStock { faults }).await
    }
}
