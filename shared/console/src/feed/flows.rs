//! The last flows. What is older goes; of a flow that never ends, its later events are counted.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use tidings_core::Envelope;

use super::flow::{Asked, Delivery, Flow, Happened};

/// Flows that are kept.
pub const FLOWS: usize = 100;
/// Events of a flow that are kept.
pub const EVENTS: usize = 40;
/// What is younger has been published by this run.
const NEW: SignedDuration = SignedDuration::from_mins(1);

/// The flows, and where what belongs to them is found.
#[derive(Default)]
pub struct Flows {
    flows: VecDeque<Arc<Flow>>,
    next: u64,
    by_trace: HashMap<String, u64>,
    by_correlation: HashMap<String, u64>,
    by_event: HashMap<String, (u64, usize)>,
}

impl Flows {
    pub(super) fn newest(&self, most: usize) -> Vec<Arc<Flow>> {
        self.flows.iter().rev().take(most).cloned().collect()
    }

    /// The request that a flow begins with. What it causes can be published before it is answered.
    pub(super) fn asked(&mut self, asked: Asked, now: Timestamp) {
        let trace = asked.trace.clone();
        let known = trace.as_ref().and_then(|trace| self.by_trace.get(trace).copied());
        let own = known.and_then(|number| self.flow(number));
        if let Some(flow) = own.filter(|flow| flow.asked.is_none()) {
            flow.asked = Some(asked);
            return;
        }
        let began = now.checked_sub(asked.took).unwrap_or(now);
        let number = self.begin(began);
        if let Some(flow) = self.flow(number) {
            flow.asked = Some(asked);
        }
        if let Some(trace) = trace {
            self.by_trace.insert(trace, number);
        }
    }

    /// An event, which waits for those who take it. One that is published again is the same.
    pub(super) fn published(&mut self, event: &Envelope, takers: Vec<String>, now: Timestamp) {
        let key = event.key();
        if self.by_event.contains_key(&key) {
            return;
        }
        let number = self.flow_of(event, now);
        let Some(flow) = self.flow(number) else {
            return;
        };
        if flow.events.len() == EVENTS {
            flow.more += 1;
            return;
        }
        let at = flow.events.len();
        flow.events.push(Happened {
            key: key.clone(),
            id: event.id.clone(),
            event_type: event.event_type.clone(),
            subject: event.subject.clone(),
            at: now,
            cause: event.causationid.clone(),
            deliveries: takers.into_iter().map(Delivery::waiting).collect(),
        });
        self.by_event.insert(key, (number, at));
    }

    /// What became of an event at a consumer. One that nobody has published here, as when a letter is redriven, begins a flow if
    /// it is not new: what is new and not known was of a flow that is gone.
    pub(super) fn delivery(
        &mut self,
        event: &Envelope,
        consumer: &str,
        now: Timestamp,
        change: impl FnOnce(&mut Delivery),
    ) {
        let key = event.key();
        if !self.by_event.contains_key(&key) {
            let kept = self.by_correlation.contains_key(event.correlation_id());
            let age = event.time.map(|time| now.duration_since(time));
            if kept || age.is_none_or(|age| age < NEW) {
                return;
            }
            self.published(event, Vec::new(), now);
        }
        let Some((number, at)) = self.by_event.get(&key).copied() else {
            return;
        };
        let Some(happened) = self.flow(number).and_then(|flow| flow.events.get_mut(at)) else {
            return;
        };
        let known = happened
            .deliveries
            .iter()
            .position(|delivery| delivery.consumer == consumer);
        let index = known.unwrap_or_else(|| {
            happened.deliveries.push(Delivery::waiting(consumer.to_owned()));
            happened.deliveries.len() - 1
        });
        change(&mut happened.deliveries[index]);
    }

    /// The flow that an event belongs to: that of its chain, else that of the request in whose trace it is.
    fn flow_of(&mut self, event: &Envelope, now: Timestamp) -> u64 {
        let correlation = event.correlation_id();
        if let Some(number) = self.by_correlation.get(correlation).copied() {
            return number;
        }
        let trace = event.traceparent.as_deref().and_then(trace_id);
        let of_trace = trace.and_then(|trace| self.by_trace.get(trace).copied());
        // Several chains can be in one trace: each has a flow of its own.
        let free =
            of_trace.filter(|number| self.flow(*number).is_some_and(|flow| flow.correlation.is_none()));
        let number = free.unwrap_or_else(|| {
            let number = self.begin(now);
            if let Some(trace) = trace {
                self.by_trace.insert(trace.to_owned(), number);
            }
            number
        });
        if let Some(flow) = self.flow(number) {
            flow.correlation = Some(correlation.to_owned());
        }
        self.by_correlation.insert(correlation.to_owned(), number);
        number
    }

    fn begin(&mut self, began: Timestamp) -> u64 {
        if self.flows.len() == FLOWS {
            self.flows.pop_front();
            let oldest = self.flows.front().map_or(self.next, |flow| flow.number);
            self.by_trace.retain(|_, number| *number >= oldest);
            self.by_correlation.retain(|_, number| *number >= oldest);
            self.by_event.retain(|_, (number, _)| *number >= oldest);
        }
        let number = self.next;
        self.next += 1;
        self.flows.push_back(Arc::new(Flow {
            number,
            began,
            asked: None,
            correlation: None,
            events: Vec::new(),
            more: 0,
        }));
        number
    }

    /// A flow that is kept, to be changed: who has read it before keeps what they have read.
    fn flow(&mut self, number: u64) -> Option<&mut Flow> {
        let oldest = self.flows.front()?.number;
        let at = usize::try_from(number.checked_sub(oldest)?).ok()?;
        self.flows.get_mut(at).map(Arc::make_mut)
    }
}

/// The trace of a `traceparent` (W3C Trace Context, section 3.2).
#[must_use]
pub(crate) fn trace_id(traceparent: &str) -> Option<&str> {
    traceparent.split('-').nth(1).filter(|id| id.len() == 32)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn event(id: &str, rest: &str) -> Envelope {
        let json = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/zoo","type":"bear.woke","data":{{}}{rest}}}"#
        );
        Envelope::parse(&json).unwrap()
    }

    fn asked(trace: &str) -> Asked {
        Asked {
            method: "POST".into(),
            path: "/bears".into(),
            function: "wake-bear".into(),
            status: 201,
            took: Duration::from_millis(5),
            trace: Some(trace.into()),
            refused: None,
        }
    }

    #[test]
    fn what_follows_from_a_request_is_in_its_flow_whichever_is_told_first() {
        let traced = format!(r#","traceparent":"00-{TRACE}-00f067aa0ba902b7-01","correlationid":"c""#);
        for first in [true, false] {
            let mut flows = Flows::default();
            if first {
                flows.asked(asked(TRACE), Timestamp::UNIX_EPOCH);
            }
            flows.published(
                &event("1", &traced),
                vec!["feed-bear".into()],
                Timestamp::UNIX_EPOCH,
            );
            if !first {
                flows.asked(asked(TRACE), Timestamp::UNIX_EPOCH);
            }
            flows.published(
                &event("2", r#","correlationid":"c""#),
                vec![],
                Timestamp::UNIX_EPOCH,
            );
            let kept = flows.newest(10);
            assert_eq!(kept.len(), 1, "{first}: {kept:?}");
            assert!(kept[0].asked.is_some() && kept[0].events.len() == 2, "{kept:?}");
        }
    }

    #[test]
    fn an_event_that_is_published_again_is_the_same() {
        let mut flows = Flows::default();
        for _ in 0..3 {
            flows.published(&event("1", ""), vec![], Timestamp::UNIX_EPOCH);
        }
        assert_eq!(flows.newest(10)[0].events.len(), 1);
    }

    #[test]
    fn of_a_flood_only_the_last_flows_are_kept_with_all_that_leads_to_them() {
        let mut flows = Flows::default();
        for number in 0..50 * FLOWS {
            let trace = format!("{number:032x}");
            flows.asked(asked(&trace), Timestamp::UNIX_EPOCH);
            let own = format!(r#","traceparent":"00-{trace}-00f067aa0ba902b7-01""#);
            flows.published(&event(&number.to_string(), &own), vec![], Timestamp::UNIX_EPOCH);
        }
        let kept = flows.newest(usize::MAX);
        assert_eq!(kept.len(), FLOWS);
        assert_eq!(kept[0].events[0].id, (50 * FLOWS - 1).to_string());
        for index in [
            flows.by_trace.len(),
            flows.by_correlation.len(),
            flows.by_event.len(),
        ] {
            assert_eq!(index, FLOWS);
        }
    }

    #[test]
    fn a_letter_that_is_redriven_begins_a_flow_and_what_came_late_for_one_that_is_gone_does_not() {
        let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        for (time, flows_then) in [("2026-01-01T11:00:00Z", 1), ("2026-01-01T11:59:58Z", 0)] {
            let mut flows = Flows::default();
            let event = event("1", &format!(r#","time":"{time}""#));
            flows.delivery(&event, "feed-bear", now, |delivery| delivery.attempts = 7);
            assert_eq!(flows.newest(10).len(), flows_then, "{time}");
        }
    }

    #[test]
    fn of_a_flow_that_never_ends_later_events_are_counted_and_not_kept() {
        let mut flows = Flows::default();
        for number in 0..3 * EVENTS {
            let event = event(&number.to_string(), r#","correlationid":"c""#);
            flows.published(&event, vec![], Timestamp::UNIX_EPOCH);
            flows.delivery(&event, "feed-bear", Timestamp::UNIX_EPOCH, |_| {});
        }
        let kept = flows.newest(10);
        assert_eq!((kept.len(), kept[0].events.len()), (1, EVENTS));
        assert_eq!(kept[0].more, 2 * EVENTS);
        assert_eq!(flows.by_event.len(), EVENTS);
    }
}
