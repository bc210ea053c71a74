//! Reading an event is the consumer's own code, and may panic.

use serde::{Deserialize, Serialize};
use tidings_core::{Consumer, Context, Effects, Event, Failure, Transactional, Upcast, consumer::guarantee};
use tidings_testkit::{Bench, Ended, given, raw};

use super::zoo::CountBear;

/// An event whose old version nobody can read any more.
#[derive(Serialize, Deserialize)]
struct Cursed {
    id: String,
}

impl Event for Cursed {
    const TYPE: &'static str = "bear.cursed";
    const AGGREGATE: &'static str = "bear";
    const VERSION: u32 = 2;

    fn aggregate_id(&self) -> &str {
        &self.id
    }

    fn upcast<U: Upcast<Self>>(_: u32, _: U) -> Option<U::Outcome> {
        panic!("an old curse")
    }
}

struct LiftCurse;

impl Consumer for LiftCurse {
    const NAME: &'static str = "lift-curse";
    const SERVICE: &'static str = "zoo";
    type Event = Cursed;
    type Guarantee = guarantee::Transactional;
}

impl Transactional for LiftCurse {
    fn decide(&self, _: Cursed, _: &Context) -> Result<Effects, Failure> {
        Ok(Effects::none())
    }
}

#[tokio::test]
async fn a_panic_while_an_event_is_read_fails_its_own_record_alone() {
    let worker = Bench::open().await.worker(LiftCurse).await;
    let cursed = |id: &str| given(&Cursed { id: id.to_owned() }).id(id);
    let ended = worker
        .deliver([
            cursed("a")
                .with(|attributes| attributes.schemaversion = 1)
                .message(),
            cursed("b").message(),
        ])
        .await;
    assert_eq!(
        ended,
        [Ended::back(1, "the handler panicked: an old curse"), Ended::Done]
    );
}

#[tokio::test]
async fn an_event_of_another_producer_with_an_irregular_optional_attribute_is_done_and_one_that_lacks_what_it_needs_is_not()
 {
    let bench = Bench::open().await;
    let worker = bench.worker(CountBear).await;
    let event = |id: &str, members: &str| {
        raw(format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/elsewhere","type":"bear.poked",{members},"data":{{"id":"{id}","deed":"Work"}}}}"#
        ))
    };
    let harmless = [
        r#""time":"yesterday""#,
        r#""subject":"""#,
        r#""subject":42"#,
        r#""aggregateversion":"3""#,
        r#""datacontenttype":"json""#,
        r#""Custom-Header":"x""#,
        r#""nested":{"a":1}"#,
        r#""big":4294967296"#,
    ];
    for (id, members) in harmless.iter().enumerate() {
        let ended = worker.deliver([event(&id.to_string(), members)]).await;
        assert_eq!(ended, [Ended::Done], "{members}");
    }
    for members in [
        r#""datacontenttype":"text/xml""#,
        r#""dataref":"s3://a b""#,
        r#""minreader":"new""#,
    ] {
        let ended = worker.deliver([event("strict", members)]).await;
        assert!(
            matches!(&ended[..], [Ended::SetAside { reason }] if reason.contains("the attribute `")),
            "{ended:?}"
        );
    }
}
