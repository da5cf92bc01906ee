//! Rows of an event history as a counting process: the times at which something happens, who is at risk at each, and to whom
//! it happens.

/// A stretch of observation (start, stop] in one state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) start: f64,
    pub(super) stop: f64,
    pub(super) state: u32,
    pub(super) weight: f64,
    pub(super) cluster: u32,
}

/// What happens to one row at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passage {
    pub(super) time: f64,
    pub(super) from: u32,
    pub(super) to: u32,
    /// Whether the row leaves `from`; otherwise `to` counts what happens, and the row stays where it is.
    pub(super) leaves: bool,
    /// What is added to `to` for a row of weight 1.
    pub(super) size: f64,
    pub(super) weight: f64,
    pub(super) cluster: u32,
}

/// A stretch as the process sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spell {
    /// The first time at which the row is at risk.
    pub(super) first: u32,
    /// One past the last time at which it is.
    pub(super) end: u32,
    pub(super) state: u32,
    /// The place of its cluster.
    pub(super) cluster: u32,
    pub(super) weight: f64,
}

/// A passage as the process sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mover {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) leaves: bool,
    pub(super) size: f64,
    pub(super) weight: f64,
    /// The place of its cluster.
    pub(super) cluster: u32,
}

/// A state from which something goes out at one time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaving {
    pub(super) state: u32,
    /// The share that stays.
    pub(super) stay: f64,
    /// What the departure of one row counts for in the influences: 1 by the jackknife.
    pub(super) slope: f64,
}

/// What goes from one state to another at one time: Σ weight × size / weight at risk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hazard {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) value: f64,
}

/// What happens to a set of rows in the order of time.
#[derive(Debug, Clone)]
pub(super) struct Process {
    pub(super) n_states: usize,
    /// The numbers of the clusters, ascending; elsewhere clusters are places in this list.
    pub(super) clusters: Vec<u32>,
    /// The distinct times at which something happens, ascending.
    pub(super) times: Vec<f64>,
    /// The stretches at risk at some time, ordered by their end and then by content.
    pub(super) spells: Vec<Spell>,
    /// The places of the spells in the order of their first times.
    pub(super) entries: Vec<u32>,
    /// Weight at risk before each time in each state, times × states.
    pub(super) at_risk: Vec<f64>,
    /// Rows at risk before each time in each state, times × states.
    pub(super) n_at_risk: Vec<u32>,
    movers: Runs<Mover>,
    leavings: Runs<Leaving>,
    hazards: Runs<Hazard>,
}

/// For each time a run of items.
#[derive(Debug, Clone)]
struct Runs<T> {
    items: Vec<T>,
    ends: Vec<u32>,
}

impl<T> Runs<T> {
    fn new() -> Self {
        Self { items: Vec::new(), ends: Vec::new() }
    }

    /// No more items belong to the time that is next.
    fn close(&mut self) {
        self.ends.push(self.items.len() as u32);
    }

    fn of(&self, k: usize) -> &[T] {
        let start = if k == 0 { 0 } else { self.ends[k - 1] as usize };
        &self.items[start..self.ends[k] as usize]
    }
}

impl Process {
    /// The process in `n_states` states of the given rows.
    pub(super) fn new(n_states: usize, stretches: &[Stretch], passages: &[Passage]) -> Self {
        let mut times: Vec<f64> = passages.iter().map(|passage| passage.time).collect();
        times.sort_unstable_by(f64::total_cmp);
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let mut clusters: Vec<u32> = stretches.iter().map(|stretch| stretch.cluster).collect();
        clusters.sort_unstable();
        clusters.dedup();
        let spells = spells(&times, &clusters, stretches);
        let mut entries: Vec<u32> = (0..spells.len() as u32).collect();
        entries.sort_unstable_by_key(|&place| {
            let spell = &spells[place as usize];
            (spell.first, spell.cluster, place)
        });
        let mut process = Self {
            n_states,
            at_risk: vec![0.0; times.len() * n_states],
            n_at_risk: vec![0; times.len() * n_states],
            movers: movers(&times, &clusters, passages),
            leavings: Runs::new(),
            hazards: Runs::new(),
            clusters,
            times,
            spells,
            entries,
        };
        process.count();
        process.divide();
        process
    }

    /// Who is at risk at each time.
    fn count(&mut self) {
        let s = self.n_states;
        let (mut weight, mut count, mut weighty) = (vec![0.0; s], vec![0_i64; s], vec![0_i64; s]);
        let (mut entered, mut left) = (0, 0);
        for k in 0..self.times.len() {
            let mut change = |spell: &Spell, sign: i64| {
                let state = spell.state as usize;
                count[state] += sign;
                weight[state] += sign as f64 * spell.weight;
                weighty[state] += if spell.weight > 0.0 { sign } else { 0 };
                // Nobody at risk is no weight, whatever rounding says.
                if weighty[state] == 0 {
                    weight[state] = 0.0;
                }
            };
            while let Some(spell) = self.spells.get(left).filter(|spell| spell.end as usize <= k) {
                change(spell, -1);
                left += 1;
            }
            while let Some(&place) = self.entries.get(entered) {
                let spell = &self.spells[place as usize];
                if spell.first as usize > k {
                    break;
                }
                change(spell, 1);
                entered += 1;
            }
            for h in 0..s {
                self.at_risk[k * s + h] = weight[h];
                self.n_at_risk[k * s + h] = count[h] as u32;
            }
        }
    }

    /// What goes out of each state at each time.
    fn divide(&mut self) {
        let s = self.n_states;
        let (mut flows, mut leaving, mut used) = (vec![0.0; s * s], vec![0.0; s], vec![false; s * s]);
        for k in 0..self.times.len() {
            for mover in self.movers.of(k).iter().filter(|mover| mover.weight > 0.0) {
                let at = mover.from as usize * s + mover.to as usize;
                used[at] = true;
                flows[at] += mover.weight * mover.size;
                leaving[mover.from as usize] += if mover.leaves { mover.weight } else { 0.0 };
            }
            for h in 0..s {
                let at_risk = self.at_risk[k * s + h];
                let row = h * s..(h + 1) * s;
                if at_risk > 0.0 && used[row.clone()].contains(&true) {
                    // All who are at risk may leave: the difference is then exactly zero.
                    self.leavings.items.push(Leaving {
                        state: h as u32,
                        stay: (at_risk - leaving[h]) / at_risk,
                        slope: 1.0,
                    });
                    for j in (0..s).filter(|j| used[h * s + j]) {
                        let value = flows[h * s + j] / at_risk;
                        self.hazards.items.push(Hazard { from: h as u32, to: j as u32, value });
                    }
                }
                leaving[h] = 0.0;
                flows[row.clone()].fill(0.0);
                used[row].fill(false);
            }
            self.leavings.close();
            self.hazards.close();
        }
    }

    /// The same process with the influence of departures on the share that stays as if it were exp(−Λ): ∫ dM/Y in the place of
    /// ∫ dM/(Y − dN).
    pub(super) fn with_exponential_departures(mut self) -> Self {
        self.leavings.items.iter_mut().for_each(|leaving| leaving.slope = leaving.stay);
        self
    }

    /// To whom something happens at the time `k`, in the order of clusters.
    pub(super) fn movers(&self, k: usize) -> &[Mover] {
        self.movers.of(k)
    }

    /// The states from which something goes out at the time `k`, ascending.
    pub(super) fn leavings(&self, k: usize) -> &[Leaving] {
        self.leavings.of(k)
    }

    /// What goes out at the time `k`, state by state.
    pub(super) fn hazards(&self, k: usize) -> &[Hazard] {
        self.hazards.of(k)
    }

    /// The place of the first of the `leavings` of the time `k` among those of all times.
    pub(super) fn first_leaving(&self, k: usize) -> usize {
        if k == 0 { 0 } else { self.leavings.ends[k - 1] as usize }
    }
}

/// Stretches that are at risk at one of the times, in an order that depends on their content alone.
fn spells(times: &[f64], clusters: &[u32], stretches: &[Stretch]) -> Vec<Spell> {
    let until = |time: f64| times.partition_point(|known| *known <= time) as u32;
    let spell = |stretch: &Stretch| Spell {
        first: until(stretch.start),
        end: until(stretch.stop),
        state: stretch.state,
        cluster: place(clusters, stretch.cluster),
        weight: stretch.weight,
    };
    let mut spells: Vec<Spell> = stretches.iter().map(spell).filter(|spell| spell.first < spell.end).collect();
    spells.sort_unstable_by(|a, b| {
        let key = |spell: &Spell| (spell.end, spell.cluster, spell.first, spell.state);
        key(a).cmp(&key(b)).then(a.weight.total_cmp(&b.weight))
    });
    spells
}

fn movers(times: &[f64], clusters: &[u32], passages: &[Passage]) -> Runs<Mover> {
    let mut timed: Vec<(u32, Mover)> = passages
        .iter()
        .map(|passage| {
            let &Passage { time, from, to, leaves, size, weight, cluster } = passage;
            let k = times.partition_point(|known| *known < time) as u32;
            (k, Mover { from, to, leaves, size, weight, cluster: place(clusters, cluster) })
        })
        .collect();
    timed.sort_unstable_by(|(k, a), (l, b)| {
        let key = |mover: &Mover| (mover.cluster, mover.from, mover.to, mover.leaves);
        k.cmp(l).then(key(a).cmp(&key(b))).then(a.weight.total_cmp(&b.weight)).then(a.size.total_cmp(&b.size))
    });
    let mut runs = Runs::new();
    for (k, mover) in timed {
        while runs.ends.len() < k as usize {
            runs.close();
        }
        runs.items.push(mover);
    }
    while runs.ends.len() < times.len() {
        runs.close();
    }
    runs
}

fn place(clusters: &[u32], cluster: u32) -> u32 {
    clusters.binary_search(&cluster).unwrap_or_default() as u32
}
