//! Cards in this process: what tests and a local run charge.

use std::{
    collections::HashMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tidings_core::Failure;

use crate::{Charge, ChargeCards, ChargeError, Found, RefundCharges};

/// Charges no card, and keeps keys as Stripe does (Stripe API reference, idempotent requests): the same key has the same answer, a decline
/// too; with other parameters it is an error; and while its first request is under way it is a conflict. Whoever asks may be gone before it
/// is answered: what he has asked for is done all the same.
///
/// Cards are called as Stripe's test cards (Stripe, testing): `tok_chargeDeclined…` is declined, any other one is charged. An amount
/// below 50 is refused, as Stripe refuses it in most currencies.
#[derive(Debug, Default)]
pub struct CardsInMemory {
    kept: Mutex<HashMap<String, Kept>>,
    takes: Duration,
    lost: AtomicU32,
}

/// The smallest amount that is charged, in the currency's minor unit (Stripe: currencies, "Minimum and maximum charge amounts").
const LEAST: i64 = 50;

/// A charge that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// Its name.
    pub id: String,
    /// What was charged.
    pub charge: Charge,
    /// Whether the money was given back.
    pub refunded: bool,
}

#[derive(Debug, Clone)]
struct Kept {
    charge: Charge,
    under_way: bool,
    answer: Result<String, ChargeError>,
    refunded: bool,
}

impl CardsInMemory {
    /// Each charge takes so long.
    #[must_use]
    pub fn taking(takes: Duration) -> Self {
        Self {
            takes,
            ..Self::default()
        }
    }

    /// The answers to the next so many requests are lost: what they ask for is done.
    pub fn lose_answers(&self, count: u32) {
        self.lost.store(count, Ordering::Relaxed);
    }

    /// The charges that were made, in no order.
    #[must_use]
    pub fn charged(&self) -> Vec<Charged> {
        let kept = self.kept();
        let charged = kept.values().filter_map(|kept| {
            Some(Charged {
                id: kept.answer.clone().ok()?,
                charge: kept.charge.clone(),
                refunded: kept.refunded,
            })
        });
        charged.collect()
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The request arrives.
    fn arrive<'a>(
        &'a self,
        charge: &Charge,
        key: &'a str,
    ) -> Result<(Result<String, ChargeError>, Option<UnderWay<'a>>), ChargeError> {
        let mut kept = self.kept();
        if let Some(before) = kept.get(key) {
            if before.charge != *charge {
                let reason = format!("the key {key} was used before, with other parameters");
                return Err(ChargeError::Failed(Failure::permanent(reason).of_class("Stripe")));
            }
            if before.under_way {
                return Err(ChargeError::UnderWay);
            }
            return Ok((before.answer.clone(), None));
        }
        let answer = match charge.card.strip_prefix("tok_chargeDeclined") {
            Some(why) => Err(ChargeError::Refused { code: decline(why) }),
            None if charge.amount < LEAST => Err(ChargeError::Refused {
                code: "amount_too_small".to_owned(),
            }),
            // By the key: no other charge is ever called so, not even in a later process.
            None => Ok(format!("ch_{key}")),
        };
        let made = Kept {
            charge: charge.clone(),
            under_way: true,
            answer: answer.clone(),
            refunded: false,
        };
        kept.insert(key.to_owned(), made);
        Ok((answer, Some(UnderWay { cards: self, key })))
    }

    fn is_lost(&self) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        self.lost
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .is_ok()
    }
}

/// What Stripe calls the decline of its test card of this name.
fn decline(card: &str) -> String {
    match card {
        "InsufficientFunds" => "insufficient_funds",
        "LostCard" => "lost_card",
        "StolenCard" => "stolen_card",
        "ExpiredCard" => "expired_card",
        _ => "generic_decline",
    }
    .to_owned()
}

/// A request that is being worked on, also when nobody waits for it any more.
struct UnderWay<'a> {
    cards: &'a CardsInMemory,
    key: &'a str,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(kept) = self.cards.kept().get_mut(self.key) {
            kept.under_way = false;
        }
    }
}

#[async_trait]
impl ChargeCards for CardsInMemory {
    async fn charge(&self, charge: &Charge, key: &str) -> Result<String, ChargeError> {
        tokio::task::yield_now().await;
        let (answer, under_way) = self.arrive(charge, key)?;
        if !self.takes.is_zero() && under_way.is_some() {
            tokio::time::sleep(self.takes).await;
        }
        drop(under_way);
        tokio::task::yield_now().await;
        if self.is_lost() {
            return Err(ChargeError::Failed(Failure::transient("the answer was lost")));
        }
        answer
    }

    async fn find(&self, order_id: &str) -> Result<Found, Failure> {
        tokio::task::yield_now().await;
        let mut charged = self.charged().into_iter();
        let paid = charged.find(|charged| charged.charge.order_id == order_id && !charged.refunded);
        Ok(paid.map_or(Found::Nothing, |charged| Found::Paid(charged.id)))
    }
}

#[async_trait]
impl RefundCharges for CardsInMemory {
    async fn refund(&self, charge_id: &str, _: &str) -> Result<(), Failure> {
        tokio::task::yield_now().await;
        let mut kept = self.kept();
        let charged = |kept: &&mut Kept| kept.answer.as_deref().is_ok_and(|id| id == charge_id);
        match kept.values_mut().find(charged) {
            Some(kept) => {
                kept.refunded = true;
                Ok(())
            }
            None => Err(Failure::permanent(format!("there is no charge {charge_id}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(card: &str) -> Charge {
        Charge {
            amount: 100,
            currency: "EUR".into(),
            card: card.into(),
            order_id: "o-1".into(),
        }
    }

    #[tokio::test]
    async fn a_key_has_one_answer_and_one_charge_also_where_the_answer_was_lost() {
        let cards = CardsInMemory::default();
        cards.lose_answers(1);
        let lost = cards.charge(&charge("tok_visa"), "k").await;
        assert!(matches!(lost, Err(ChargeError::Failed(_))));
        let id = cards.charge(&charge("tok_visa"), "k").await.unwrap();
        assert_eq!(cards.charge(&charge("tok_visa"), "k").await.unwrap(), id);
        assert_eq!(cards.charged().len(), 1);
        let other = cards.charge(&charge("tok_other"), "k").await;
        assert!(matches!(
            other,
            Err(ChargeError::Failed(Failure::Permanent { .. }))
        ));
    }

    #[tokio::test]
    async fn a_decline_is_kept_as_well() {
        let cards = CardsInMemory::default();
        let declined = charge("tok_chargeDeclinedInsufficientFunds");
        for _ in 0..2 {
            let code = "insufficient_funds".to_owned();
            let answer = cards.charge(&declined, "k").await;
            assert_eq!(answer, Err(ChargeError::Refused { code }));
        }
        assert!(cards.charged().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_whose_request_is_under_way_is_a_conflict_and_who_is_gone_is_served_all_the_same() {
        let cards = CardsInMemory::taking(Duration::from_secs(1));
        let visa = charge("tok_visa");
        let (one, other) = tokio::join!(cards.charge(&visa, "k"), cards.charge(&visa, "k"));
        let (charged, met) = if one.is_ok() { (one, other) } else { (other, one) };
        assert_eq!(met, Err(ChargeError::UnderWay));
        assert_eq!(cards.charge(&visa, "k").await, charged);

        let gone = cards.charge(&visa, "l");
        assert!(
            tokio::time::timeout(Duration::from_millis(500), gone)
                .await
                .is_err()
        );
        assert!(cards.charge(&visa, "l").await.is_ok());
        assert_eq!(cards.charged().len(), 2);
    }
}
