//! Where one can go from every page.

/// A page, or the first of several, that every page leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tab {
    /// Its path.
    pub path: &'static str,
    /// What it is called.
    pub title: &'static str,
}

impl Tab {
    /// What happens now.
    pub const LIVE: Self = Self::new("/", "Live");
    /// How consumers stand.
    pub const CONSUMERS: Self = Self::new("/console/consumers", "Consumers");
    /// What no consumer could do.
    pub const LETTERS: Self = Self::new("/console/letters", "Dead letters");
    /// What became of an order, or of anything.
    pub const TRACES: Self = Self::new("/console/traces", "Traces");
    /// Who speaks to whom (`tidings-catalogue`).
    pub const CATALOGUE: Self = Self::new("/catalogue", "Catalogue");

    /// A page of this path and title.
    #[must_use]
    pub const fn new(path: &'static str, title: &'static str) -> Self {
        Self { path, title }
    }
}
