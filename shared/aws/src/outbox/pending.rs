//! What an aggregate has to publish, in order.

use aws_sdk_dynamodb::{operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use tidings_core::{Failure, Version};

use super::{
    Entry, Outbox, Place,
    entry::{AGGREGATE_KEY, PENDING, POSITION, event},
};
use crate::transaction::Item;

/// The first of what an aggregate has to publish.
#[derive(Debug)]
pub struct Upcoming {
    /// In their order.
    pub entries: Vec<Entry>,
    /// Where to go on when they are published; none where nothing was left behind them.
    pub behind: Option<Place>,
    /// More is pending before the known entry than was to be read, so that nothing may be published: that is the sweeper's.
    pub far_behind: bool,
}

/// Entries that the first page reads, and each further one: most often there is one to publish, and one before it that is.
const FIRST_PAGE: i32 = 4;
const PAGE: i32 = 100;

/// The most that a relay reads of what is pending before the entry that it was told of. An aggregate that is further behind is stuck, or was missed.
const MOST_BEFORE: usize = 100;

impl Outbox {
    /// The first of what the aggregate is to publish: `known`, which is to be published or has been, and what is pending before and behind it. Where
    /// more than a hundred are pending before `known`, nothing: what is so far behind is the sweeper's.
    ///
    /// The history is read from its end, strongly consistent, until something before `known` turns up that has been published. So a
    /// history that goes back for years costs no more than what is new; and an event is committed with the one before it or behind it.
    /// Where that is not among the last four, it is read on both sides of `known`, and no more than that is ever read.
    ///
    /// # Errors
    /// When DynamoDB does not answer. When a history of the event store has a gap, because a transaction is just becoming visible: transient, or
    /// an event would be published before the one before it. (In the outbox, places have no numbers of their own, and nothing tells.)
    pub async fn pending(&self, known: &Place) -> Result<Upcoming, Failure> {
        let read = self
            .of_aggregate(known, FIRST_PAGE)
            .scan_index_forward(false)
            .key_condition_expression("#aggregate = :aggregate")
            .send()
            .await?;
        let (mut entries, mut history, mut reached) = (Vec::new(), Numbered::default(), false);
        for (place, item) in read
            .items()
            .iter()
            .filter_map(|item| Some((Place::of(item)?, item)))
        {
            history.goes_back_to(&place)?;
            if is_pending(item) {
                let event = event(item);
                entries.push(Entry { place, event });
            } else if place < *known {
                reached = true;
                break;
            }
        }
        if !reached && read.last_evaluated_key.is_some() {
            return self.around(known, MOST_BEFORE).await;
        }
        if !reached {
            history.begins()?;
        }
        entries.reverse();
        Ok(Upcoming {
            entries,
            behind: None,
            far_behind: false,
        })
    }

    /// The first hundred of the entries that the aggregate is to publish: what is pending before `known`, and then what is from there on. So an aggregate that
    /// is stuck costs no more than its first entries, however many wait behind them.
    ///
    /// # Errors
    /// As for [`pending`](Self::pending).
    pub async fn upcoming(&self, known: &Place) -> Result<Upcoming, Failure> {
        self.around(known, usize::MAX).await
    }

    /// The first hundred from `known` on, and what is pending before it, if that is no more than `most`.
    async fn around(&self, known: &Place, most: usize) -> Result<Upcoming, Failure> {
        let read = self
            .of_aggregate(known, PAGE)
            .key_condition_expression("#aggregate = :aggregate AND #position >= :known")
            .expression_attribute_names("#position", POSITION)
            .expression_attribute_values(":known", AttributeValue::S(known.position.clone()))
            .send()
            .await?;
        let mut history = Numbered::default();
        for place in read.items().iter().rev().filter_map(Place::of) {
            history.goes_back_to(&place)?;
        }
        let Some(mut entries) = self.pending_before(known, history, most).await? else {
            return Ok(Upcoming {
                entries: Vec::new(),
                behind: None,
                far_behind: true,
            });
        };
        entries.extend(read.items().iter().filter_map(pending));
        Ok(Upcoming {
            entries,
            behind: read.last_evaluated_key.as_ref().and_then(Place::of),
            far_behind: false,
        })
    }

    /// What is pending before `known`, in order, back to the first that has been published: an index tells of entries by the clocks of their writers, and of some
    /// too late. None where that is more than `most`.
    async fn pending_before(
        &self,
        known: &Place,
        mut history: Numbered,
        most: usize,
    ) -> Result<Option<Vec<Entry>>, Failure> {
        let (mut entries, mut from, mut page) = (Vec::new(), None, FIRST_PAGE);
        loop {
            let read = self
                .of_aggregate(known, page)
                .scan_index_forward(false)
                .key_condition_expression("#aggregate = :aggregate AND #position < :known")
                .expression_attribute_names("#position", POSITION)
                .expression_attribute_values(":known", AttributeValue::S(known.position.clone()))
                .set_exclusive_start_key(from)
                .send()
                .await?;
            let before = read.items.unwrap_or_default();
            for place in before.iter().filter_map(Place::of) {
                history.goes_back_to(&place)?;
            }
            entries.extend(before.iter().map_while(pending));
            from = read.last_evaluated_key;
            page = PAGE;
            let reached = !before.iter().all(is_pending);
            if from.is_none() && !reached {
                history.begins()?;
            }
            if from.is_none() || reached {
                entries.reverse();
                return Ok(Some(entries));
            }
            if entries.len() >= most {
                return Ok(None);
            }
        }
    }
}

impl Outbox {
    /// Reads of the aggregate of this place, strongly consistent; which of it, the key condition says.
    pub(super) fn of_aggregate(&self, place: &Place, page: i32) -> QueryFluentBuilder {
        self.dynamodb
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .limit(page)
            .expression_attribute_names("#aggregate", AGGREGATE_KEY)
            .expression_attribute_values(":aggregate", AttributeValue::S(place.aggregate.clone()))
    }
}

/// The entry that an item is, if it is still to be published.
fn pending(item: &Item) -> Option<Entry> {
    let place = Place::of(item).filter(|_| is_pending(item))?;
    Some(Entry {
        place,
        event: event(item),
    })
}

/// A history that is read from its end, whose places are the numbers 1 to N.
#[derive(Default)]
struct Numbered {
    last: Option<Version>,
}

impl Numbered {
    fn goes_back_to(&mut self, place: &Place) -> Result<(), Failure> {
        let number = place.position.parse().ok();
        match (self.last, number) {
            (Some(last), Some(number)) if last != number + 1 => Err(torn(last)),
            _ => {
                self.last = number;
                Ok(())
            }
        }
    }

    fn begins(&self) -> Result<(), Failure> {
        match self.last {
            Some(last) if last > 1 => Err(torn(last)),
            _ => Ok(()),
        }
    }
}

fn torn(last: Version) -> Failure {
    let reason = format!("the event before event {last} is not there yet");
    Failure::transient(reason).of_class("Gap")
}

fn is_pending(item: &Item) -> bool {
    item.contains_key(PENDING)
}
