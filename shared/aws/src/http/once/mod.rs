//! Requests that have one effect however often they are sent: the header `Idempotency-Key` ([`key`]), and the answers that are kept for
//! such requests ([`kept`]).
//!
//! The answer commits in the transaction of the events that it tells of, under the condition that none is there. So of two requests
//! with one key, also of two that run at once, one writes; the other is refused, finds the answer that is there and gives it, byte for byte.
//! A new request costs no call more. Nothing is kept for a refusal, because nothing was written: whoever repeats it is answered by what is true
//! then.

mod kept;
pub(super) mod key;

use std::{marker::PhantomData, sync::Arc, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};
use tidings_core::{
    Clock, Failure,
    catalogue::{Endpoint, IdempotencyKey},
    clock::SystemClock,
};

use super::{Answer, Problem, Request};
use crate::{
    event_store::{Attempted, Author, Decided, EventStore, Work, WorkError},
    transaction::Item,
};
use kept::Place;

/// How long an answer is kept: 30 days. Whoever repeats a request later than that makes a new one.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The answers that are kept, in the idempotency table.
#[derive(Clone)]
pub struct Answers {
    dynamodb: Client,
    name: String,
    clock: Arc<dyn Clock>,
}

/// One request to the endpoint `E`, which has one effect.
///
/// ```ignore
/// let once = self.answers.once(request)?;
/// once.work::<AccountRefusal, _>(&self.events, &author, |mut work| async move {
///     let account = work.load::<Account>(id).await?;
///     let account = work.decide(account, &deposit)?;
///     Ok(work.answer(Answer::new(&AccountView::of(id, &account))))
/// })
/// .await
/// ```
pub struct Once<E> {
    answers: Answers,
    place: Option<Place>,
    endpoint: PhantomData<fn() -> E>,
}

/// Which request it is, for an endpoint that keeps by itself what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed {
    /// The caller and a digest of the key: one request's.
    pub key: String,
    /// A digest of path, query string and body, which only who has the key can make: another one under the same key is another request's
    /// ([`Problem::key_taken`]).
    pub digest: String,
    /// The `Idempotency-Key` itself, which only the caller has: it is kept nowhere.
    pub told: String,
}

impl<E: Endpoint> Request<E> {
    /// Which request this is.
    ///
    /// # Errors
    /// It has no `Idempotency-Key`, or what it has is none: 400.
    pub fn keyed(&self) -> Result<Keyed, Problem> {
        let key = key::key_of(self)?.ok_or_else(key::missing)?;
        Ok(Keyed {
            key: kept::callers_key(self, &key),
            digest: kept::digest(self, &key)?,
            told: key,
        })
    }
}

impl Problem {
    /// The key of this request was used before, for another one (422).
    #[must_use]
    pub fn key_taken() -> Self {
        key::taken()
    }
}

impl Answers {
    /// The table of this name, with the machine's clock.
    #[must_use]
    pub fn new(dynamodb: Client, name: impl Into<String>) -> Self {
        Self {
            dynamodb,
            name: name.into(),
            clock: Arc::new(SystemClock),
        }
    }

    /// Answers expire when this clock says.
    #[must_use]
    pub fn with(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// A request, which must or may have a key, as its endpoint declares; where it may and does not, it is a request of its own. An endpoint that
    /// declares none does not compile with this.
    ///
    /// # Errors
    /// It needs a key and has none, or what it has is no key: 400.
    pub fn once<E: Endpoint>(&self, request: &Request<E>) -> Result<Once<E>, Problem> {
        const {
            assert!(
                !matches!(E::KEY, IdempotencyKey::Ignored),
                "the endpoint does not declare that its requests have an `Idempotency-Key`"
            );
        }
        let place = key::key_of(request)?.map(|key| Place::of(request, &key));
        if place.is_none() && E::KEY == IdempotencyKey::Required {
            return Err(key::missing());
        }
        Ok(Once {
            answers: self.clone(),
            place: place.transpose()?,
            endpoint: PhantomData,
        })
    }
}

impl<E: Endpoint> Once<E> {
    /// Takes a decision and commits it together with its answer, as [`EventStore::work`] does; or gives the answer that is kept.
    ///
    /// # Errors
    /// The refusal; the key was used for another request (422); or whatever else [`WorkError`] tells.
    pub async fn work<'a, R, F>(
        &self,
        events: &'a EventStore,
        author: &'a Author,
        decide: impl Fn(Work<'a>) -> F,
    ) -> Result<Answer<E>, Problem>
    where
        R: Into<Problem>,
        F: Future<Output = Result<Decided<'a, Answer<E>>, WorkError<R>>>,
    {
        let attempted = events.work_with_receipt(author, |answer| self.receipt(answer), decide);
        match (attempted.await, &self.place) {
            (Ok(Attempted::Done(done)), _) => Ok(done.answer),
            (Ok(Attempted::DoneBefore(item)), Some(place)) => place.read(&item),
            // It may be refused only because the same request has been done: the money is gone, the name is taken.
            (Err(refused @ (WorkError::Refused(_) | WorkError::Conflict(_))), Some(place)) => {
                match self.kept(place).await? {
                    Some(item) => place.read(&item),
                    None => Err(refused.into()),
                }
            }
            (Err(error), _) => Err(error.into()),
            (Ok(Attempted::DoneBefore(_)), None) => unreachable!("nothing is kept without a key"),
        }
    }

    fn receipt(&self, answer: &Answer<E>) -> Option<TransactWriteItem> {
        let now = self.answers.clock.now();
        let put = Put::builder()
            .table_name(&self.answers.name)
            .set_item(Some(self.place.as_ref()?.item(answer, now)))
            .condition_expression("attribute_not_exists(#key) OR #expires <= :now")
            .expression_attribute_names("#key", "event")
            .expression_attribute_names("#expires", kept::EXPIRES)
            .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = put.build().expect("table and item are set");
        Some(TransactWriteItem::builder().put(put).build())
    }

    async fn kept(&self, place: &Place) -> Result<Option<Item>, Failure> {
        let get = self
            .answers
            .dynamodb
            .get_item()
            .table_name(&self.answers.name)
            .set_key(Some(place.key()))
            .consistent_read(true);
        let now = self.answers.clock.now();
        Ok(get.send().await?.item.filter(|item| kept::counts(item, now)))
    }
}
