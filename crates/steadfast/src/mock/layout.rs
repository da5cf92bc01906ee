//! The rows before they have values: which subject of which cluster at which visit.

use steadfast_core::frame::Role;
use steadfast_io::Dictionary;

use super::Mock;
use super::domain::Domain;

/// Visits of a dictionary that does not say which there are.
const VISITS: u64 = 3;

/// Subject, cluster and visit of each row, as numbers.
pub(super) struct Layout {
    /// The cluster of each subject, ascending.
    cluster: Vec<usize>,
    visits: usize,
    /// Which visit a subject's only row is, where a key allows one row a subject.
    one_row: bool,
}

impl Layout {
    /// The layout of `mock` that the keys of `dictionary` allow.
    pub(super) fn of(mock: &Mock, dictionary: &Dictionary) -> Self {
        let name = |role| dictionary.with_role(role).map(|variable| variable.name().to_owned());
        let (subject, cluster) = (name(Role::Subject), name(Role::Cluster));
        let keys = dictionary.keys();
        // A key of subject, or of cluster, alone leaves each one row; one of cluster and visit leaves it one subject.
        let person = |column: &String| Some(column) == subject.as_ref() || Some(column) == cluster.as_ref();
        let one_row = keys.iter().any(|key| key.iter().all(person));
        let visit = name(Role::Visit);
        let group = |column: &String| Some(column) == cluster.as_ref() || Some(column) == visit.as_ref();
        let alone =
            keys.iter().any(|key| key.iter().all(group) && key.iter().any(|column| Some(column) == cluster.as_ref()));
        let visits = match dictionary.with_role(Role::Visit).filter(|_| subject.is_some()) {
            Some(visit) => {
                let domain = Domain::of(visit, dictionary, &mock.needed);
                domain.listed().unwrap_or(domain.size().min(VISITS) as usize).max(1)
            }
            None => 1,
        };
        let size = if alone { 1.0 } else { mock.cluster_size };
        Self { cluster: clusters(mock, size), visits, one_row }
    }

    pub(super) fn visits(&self) -> usize {
        if self.one_row { 1 } else { self.visits }
    }

    /// How many different visits there are.
    pub(super) fn n_visit_values(&self) -> usize {
        self.visits
    }

    pub(super) fn n_rows(&self) -> usize {
        self.cluster.len() * self.visits()
    }

    pub(super) fn n_clusters(&self) -> usize {
        self.cluster.last().map_or(0, |last| last + 1)
    }

    pub(super) fn subject(&self, row: usize) -> usize {
        row / self.visits()
    }

    pub(super) fn cluster(&self, row: usize) -> usize {
        self.cluster[self.subject(row)]
    }

    pub(super) fn visit(&self, row: usize) -> usize {
        if self.one_row { row % self.visits } else { row % self.visits() }
    }
}

/// After each subject the cluster ends with probability 1/size, so that sizes are geometric with that mean; the second
/// subject is never in the first's cluster, so that there are two.
fn clusters(mock: &Mock, size: f64) -> Vec<usize> {
    let (mut cluster, streams) = (0, mock.streams("clusters", ""));
    (0..mock.subjects)
        .map(|subject| {
            if subject > 0 && (subject == 1 || streams.of(subject).bernoulli(1.0 / size)) {
                cluster += 1;
            }
            cluster
        })
        .collect()
}
