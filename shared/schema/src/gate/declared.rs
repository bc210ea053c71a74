//! The verdict against what is declared.

use super::{Asked, Breach, Contract, Gate, Version};
use crate::{
    compare::reads,
    content::ContentModel,
    dialect::without_annotations,
    finding::{Finding, Verdict},
    rename,
    rule::{Direction, Rule, rules},
};

/// Looks at one type.
pub(super) fn contract(gate: &Gate<'_>, now: &Contract, compared: &mut usize, breaches: &mut Vec<Breach>) {
    let Some(then) = gate.then.contract(&now.name) else {
        // A new type: nobody knows it yet.
        return;
    };
    let look = Look {
        gate,
        now,
        then,
        asked: gate.settings.of(&now.name),
    };
    for version in &now.versions {
        match then.version(version.version) {
            Some(released) => look.released(released, version, breaches),
            None => {
                let mut earlier: Vec<&Version> = then
                    .versions
                    .iter()
                    .filter(|one| one.version < version.version)
                    .collect();
                earlier.sort_by_key(|one| std::cmp::Reverse(one.version));
                earlier.truncate(if look.asked.mode.is_transitive() {
                    usize::MAX
                } else {
                    1
                });
                *compared += earlier.len();
                earlier
                    .into_iter()
                    .for_each(|one| look.pair(one, version, breaches));
            }
        }
        look.consumers(version, breaches);
    }
    let gone = then
        .versions
        .iter()
        .filter(|released| now.version(released.version).is_none());
    for released in gone {
        removed(gate, then, released, breaches);
    }
}

/// Types that are gone.
pub(super) fn gone(gate: &Gate<'_>, breaches: &mut Vec<Breach>) {
    for then in gate
        .then
        .contracts
        .iter()
        .filter(|then| gate.now.contract(&then.name).is_none())
    {
        then.versions
            .iter()
            .for_each(|released| removed(gate, then, released, breaches));
    }
}

fn removed(gate: &Gate<'_>, then: &Contract, released: &Version, breaches: &mut Vec<Breach>) {
    if released
        .deprecated
        .as_ref()
        .is_some_and(|deprecated| deprecated.until <= gate.today)
    {
        return;
    }
    let message = format!(
        "Version {} of {} is gone. Keep its schema, or deprecate it first.",
        released.version, then.name
    );
    breaches.push(breach(
        gate,
        &then.name,
        None,
        released.version,
        Finding::declared(&rules::VERSION_REMOVED, message),
    ));
}

fn breach(gate: &Gate<'_>, name: &str, from: Option<u32>, to: u32, finding: Finding) -> Breach {
    Breach {
        name: name.to_owned(),
        from,
        to: Some(to),
        finding,
        consumers: gate.consumers(name),
        answered: None,
    }
}

struct Look<'a> {
    gate: &'a Gate<'a>,
    now: &'a Contract,
    then: &'a Contract,
    asked: Asked,
}

impl Look<'_> {
    fn tell(&self, from: Option<u32>, to: &Version, finding: Finding, breaches: &mut Vec<Breach>) {
        breaches.push(breach(self.gate, &self.now.name, from, to.version, finding));
    }

    fn declare(
        &self,
        from: Option<u32>,
        to: &Version,
        rule: &'static Rule,
        message: String,
        breaches: &mut Vec<Breach>,
    ) {
        self.tell(from, to, Finding::declared(rule, message), breaches);
    }

    /// A released version: its schema as written says the same as then.
    fn released(&self, then: &Version, now: &Version, breaches: &mut Vec<Breach>) {
        if without_annotations(&then.written) == without_annotations(&now.written) {
            return;
        }
        let mut found = Vec::new();
        for direction in [Direction::Backward, Direction::Forward] {
            let (reader, writer) = match direction {
                Direction::Backward => (&now.written, &then.written),
                Direction::Forward => (&then.written, &now.written),
            };
            found.extend(reads(reader, writer, direction, ContentModel::Strict));
        }
        found.extend(rename::silent(&then.written, &now.written));
        if found.is_empty() {
            // Other words for the same values, like a definition that was named.
            return;
        }
        let (name, version) = (&self.now.name, now.version);
        let message = format!(
            "Version {version} of {name} was released and its schema is another one now. Make it version {}, and upcast version {version}.",
            self.now.current.max(version) + 1
        );
        self.declare(Some(version), now, &rules::VERSION_CHANGED, message, breaches);
        found
            .into_iter()
            .for_each(|finding| self.tell(Some(version), now, finding, breaches));
    }

    /// A new version against an earlier one.
    fn pair(&self, old: &Version, new: &Version, breaches: &mut Vec<Breach>) {
        let directions = self.asked.mode.directions();
        let before = breaches.len();
        if directions.contains(&Direction::Backward) {
            self.backward(old, new, breaches);
        }
        if directions.contains(&Direction::Forward) {
            self.forward(old, new, breaches);
        }
        for finding in rename::silent(&old.written, &new.written) {
            let told = breaches[before..]
                .iter()
                .any(|known| known.finding.rule == finding.rule && known.finding.path == finding.path);
            if !told {
                let answer = self.renamed(old, new, &finding);
                self.tell(Some(old.version), new, finding, breaches);
                if let Some(last) = breaches.last_mut() {
                    last.answered = answer;
                }
            }
        }
    }

    /// Old data, read by today's code: by the new version itself, or through the upcast of the old one.
    fn backward(&self, old: &Version, new: &Version, breaches: &mut Vec<Breach>) {
        let found = reads(
            new.reader(),
            &old.written,
            Direction::Backward,
            self.asked.content,
        );
        let upcast = self
            .now
            .version(old.version)
            .and_then(|today| today.read.as_ref());
        let (name, from) = (&self.now.name, old.version);
        match (blocks(&found), upcast) {
            (false, Some(_)) => {}
            (false, None) => {
                let over = old
                    .deprecated
                    .as_ref()
                    .is_some_and(|deprecated| deprecated.until <= self.gate.today);
                if !over {
                    let message = format!(
                        "Today's code does not read version {from} of {name}, though version {} could.",
                        new.version
                    );
                    self.declare(Some(from), new, &rules::VERSION_UNREADABLE, message, breaches);
                }
            }
            (true, None) => {
                found
                    .into_iter()
                    .for_each(|finding| self.tell(Some(from), new, finding, breaches));
                let message = format!(
                    "Version {} of {name} cannot read what version {from} wrote, and no upcast does. Write one.",
                    new.version
                );
                self.declare(Some(from), new, &rules::NO_UPCAST, message, breaches);
            }
            (true, Some(upcast)) => {
                // What is upcast must still read all that was written.
                let unread = reads(upcast, &old.written, Direction::Backward, self.asked.content);
                let answered = !blocks(&unread);
                let told = if answered { found } else { unread };
                for finding in told {
                    self.tell(Some(from), new, finding, breaches);
                    if let (true, Some(last)) = (answered, breaches.last_mut()) {
                        last.answered = Some(format!("version {from} is upcast"));
                    }
                }
            }
        }
    }

    /// New data, read by the code of then.
    fn forward(&self, old: &Version, new: &Version, breaches: &mut Vec<Breach>) {
        let found = reads(old.reader(), &new.written, Direction::Forward, self.asked.content);
        let kept_from = new.min_reader > old.version;
        let fails = blocks(&found) && !kept_from;
        for finding in found {
            self.tell(Some(old.version), new, finding, breaches);
            if let (true, Some(last)) = (kept_from, breaches.last_mut()) {
                last.answered = Some(format!(
                    "minReader {} keeps readers of version {} from it",
                    new.min_reader, old.version
                ));
            }
        }
        if fails {
            let message = format!(
                "A reader of version {} cannot read version {} of {}, and minReader {} lets it try. Raise minReader to {}.",
                old.version,
                new.version,
                self.now.name,
                new.min_reader,
                old.version + 1
            );
            self.declare(
                Some(old.version),
                new,
                &rules::MIN_READER_NOT_RAISED,
                message,
                breaches,
            );
        }
    }

    /// What answers for a rename: an upcast that knows the old name, and a `minReader` that keeps old readers from the new one.
    fn renamed(&self, old: &Version, new: &Version, finding: &Finding) -> Option<String> {
        if finding.rule != &rules::PROPERTY_RENAMED {
            return None;
        }
        let name = finding.old.as_ref()?.as_object()?.keys().next()?;
        let upcast = self
            .now
            .version(old.version)
            .and_then(|today| today.read.as_ref())?;
        let knows = upcast
            .to_string()
            .contains(&format!("{}:", serde_json::json!(name)));
        let asked = self.asked.mode.directions();
        let forward = !asked.contains(&Direction::Forward) || new.min_reader > old.version;
        let backward = !asked.contains(&Direction::Backward) || knows;
        (forward && backward).then(|| {
            format!(
                "version {} is upcast, and minReader is {}",
                old.version, new.min_reader
            )
        })
    }

    /// Deployed consumers that a `minReader` shuts out that is raised above what is deployed; where that is not known, above what was then.
    fn consumers(&self, version: &Version, breaches: &mut Vec<Breach>) {
        let deployed = self
            .gate
            .deployed
            .and_then(|deployed| deployed.contract(&self.now.name));
        let known = deployed.unwrap_or(self.then);
        let before = known
            .version(version.version)
            .or_else(|| known.version(known.current));
        if version.min_reader <= before.map_or(1, |before| before.min_reader) {
            return;
        }
        let name = &self.now.name;
        for consumer in self
            .gate
            .deployed
            .into_iter()
            .flat_map(|deployed| deployed.consumers_of(name))
        {
            let Some(reads) = consumer.reads(name).filter(|reads| *reads < version.min_reader) else {
                continue;
            };
            let message = format!(
                "{} is deployed and reads version {reads} of {name}; minReader {} of version {} would have it set aside. Deploy a {} that reads it first.",
                consumer.name, version.min_reader, version.version, consumer.name
            );
            self.declare(None, version, &rules::CONSUMER_READS_LESS, message, breaches);
            if let Some(last) = breaches.last_mut() {
                last.consumers = vec![consumer.name.clone()];
            }
        }
    }
}

/// Whether something is in the way, or undecided.
fn blocks(findings: &[Finding]) -> bool {
    findings
        .iter()
        .any(|finding| finding.verdict() != Verdict::Compatible)
}
