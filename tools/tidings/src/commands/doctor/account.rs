//! What only an account can be asked: alarms that ring, and what was deployed otherwise.

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_config::SdkConfig;
use tidings_catalogue::{
    Document,
    drift::{Deployed, Difference, Drift, Names},
};
use tidings_operations::doctor::{Diagnosis, Examined, Finding, Ringing, Site, Urgency, alarms};

use super::cloudwatch;
use crate::{
    commands::catalog::{diff::account::deployed, source::Source},
    worker::deployment::configuration,
};

const DRIFT: &str = "drift";

/// Adds what the account says.
pub async fn examine(diagnosis: &mut Diagnosis, site: &Site) {
    let Site::Deployed(stage) = site else {
        diagnosis.add(
            alarms::CHECK,
            Examined::skipped("only what is deployed has alarms, in CloudWatch"),
        );
        diagnosis.add(
            DRIFT,
            Examined::skipped("nothing is deployed: what runs here is what the code says"),
        );
        return;
    };
    let config = configuration().await;
    let document = Source::code();
    let ringing = async {
        let document = document.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?;
        ringing(&config, document, stage.as_deref()).await
    };
    let drift = async {
        let document = document.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?;
        drift(&config, document, stage.as_deref()).await
    };
    let (ringing, drift) = futures::join!(ringing, drift);
    diagnosis.add(
        alarms::CHECK,
        examined(ringing.map(|ringing| alarms::findings(&ringing))),
    );
    diagnosis.add(DRIFT, examined(drift.map(|drift| changed(drift, site))));
}

fn examined(found: anyhow::Result<Vec<Finding>>) -> Examined {
    match found {
        Ok(findings) => Examined::found(findings),
        Err(error) => Examined::failed(format!("{error:#}")),
    }
}

/// The alarms of this stage that ring. They begin with the name of a function, or of a table (`infra/lib/alarms.ts`).
async fn ringing(
    config: &SdkConfig,
    document: &Document,
    stage: Option<&str>,
) -> anyhow::Result<Vec<Ringing>> {
    let prefix = stage.map_or_else(String::new, |stage| format!("{stage}-"));
    let functions = document
        .functions()
        .map(|(_, function)| function.name().to_owned());
    let tables = document
        .tables
        .iter()
        .map(|table| format!("{}-{}", document.system, table.name));
    let ours: Vec<_> = functions
        .chain(tables)
        .map(|name| format!("{prefix}{name}-"))
        .collect();
    let mut ringing = cloudwatch::ringing(config).await.context("CloudWatch")?;
    ringing.retain(|alarm| ours.iter().any(|ours| alarm.name.starts_with(ours)));
    Ok(ringing)
}

async fn drift(config: &SdkConfig, document: &Document, stage: Option<&str>) -> anyhow::Result<Drift> {
    let names = Names::new(&document.system, stage);
    let found = deployed(config, &names.wanted(document)).await?;
    anyhow::ensure!(
        found != Deployed::default(),
        "nothing of {} is there: deploy it first, or say which stage it is (--stage)",
        document.system
    );
    Ok(document.drift(&names, &found))
}

/// Things of a kind that are not there and are told one by one, at most: more of them are one cause.
const MOST_MISSING: usize = 3;

/// One finding a thing that was deployed otherwise; where many of a kind are not there, one for all of them.
fn changed(drift: Drift, site: &Site) -> Vec<Finding> {
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut things: BTreeMap<(String, String), Vec<Difference>> = BTreeMap::new();
    for difference in drift.0 {
        if difference.setting.is_empty() && difference.found.is_null() {
            missing.entry(difference.kind).or_default().push(difference.name);
        } else {
            let thing = (difference.kind.clone(), difference.name.clone());
            things.entry(thing).or_default().push(difference);
        }
    }
    let finding = |urgency, subject: String, what: String| Finding {
        check: DRIFT,
        urgency,
        subject,
        what,
        since: None,
        run: site.command("catalog diff"),
    };
    let gone = missing.into_iter().flat_map(|(kind, names)| {
        let each = names.len() <= MOST_MISSING;
        let told = |name: &String| {
            finding(
                Urgency::Stopped,
                format!("{kind} {name}"),
                "it is not there".to_owned(),
            )
        };
        match each {
            true => names.iter().map(told).collect::<Vec<_>>(),
            false => {
                let some = names[..MOST_MISSING].join(", ");
                let what = format!("{} are not there: {some} and others", names.len());
                vec![finding(Urgency::Stopped, kind, what)]
            }
        }
    });
    let other = things.into_iter().map(|((kind, name), differences)| {
        let settings = differences.iter().map(|one| match one.setting.as_str() {
            "" => "it should not be there".to_owned(),
            setting => format!("{setting} is {}, and should be {}", one.found, one.expected),
        });
        let what = settings.collect::<Vec<_>>().join("; ");
        finding(Urgency::Late, format!("{kind} {name}"), what)
    });
    gone.chain(other).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn missing(name: &str) -> Difference {
        difference(name, "", json!("is there"), Value::Null)
    }

    fn difference(name: &str, setting: &str, expected: Value, found: Value) -> Difference {
        let (kind, name, setting) = ("queue".to_owned(), name.to_owned(), setting.to_owned());
        Difference {
            kind,
            name,
            setting,
            expected,
            found,
        }
    }

    #[test]
    fn settings_of_one_thing_are_one_finding_and_many_that_are_missing_are_one_as_well() {
        let drift = Drift(vec![
            difference("a", "filter", json!(1), json!(2)),
            difference("a", "retention", json!(3), json!(4)),
            missing("b"),
        ]);
        let told = changed(drift, &Site::Deployed(Some("beta".to_owned())));
        let told: Vec<_> = told
            .iter()
            .map(|one| {
                (
                    one.urgency,
                    one.subject.as_str(),
                    one.what.as_str(),
                    one.run.as_str(),
                )
            })
            .collect();
        let run = "tidings catalog diff --stage beta";
        assert_eq!(
            told,
            [
                (Urgency::Stopped, "queue b", "it is not there", run),
                (
                    Urgency::Late,
                    "queue a",
                    "filter is 2, and should be 1; retention is 4, and should be 3",
                    run
                ),
            ]
        );
        let drift = Drift(["a", "b", "c", "d"].map(missing).into());
        let [one] = &changed(drift, &Site::Deployed(None))[..] else {
            panic!("one finding")
        };
        assert_eq!(
            (one.subject.as_str(), one.what.as_str()),
            ("queue", "4 are not there: a, b, c and others")
        );
    }
}
