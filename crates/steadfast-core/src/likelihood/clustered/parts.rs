//! The reduction of rows that come in parts. Clusters lie within parts, so that moments add.
//!
//! Every sum is made part after part in the order of the parts, and within a part cluster after cluster in the order of its
//! levels: its bits depend on how the rows are divided, and on nothing else.

use std::collections::HashMap;
use std::sync::Mutex;

use super::classify::{check_size, shortened};
use super::moments::{Gathered, Members, Settled, Sums, accumulate, rare, totals};
use super::second_opinion::{Quadratic, Whitener};
use super::signature::{Signature, Sketch};
use super::{Clustered, RandomPart, ResidualPart};
use crate::design::centred::CentredColumns;
use crate::design::{Design, Parts, triangle};
use crate::error::{Error, Result};
use crate::likelihood::rows::{self, Clusters, Order, Source, coefficients, equations, gram};
use crate::likelihood::scaled::{Scaled, check_rows};
use crate::likelihood::{Criterion, Engine};
use crate::linalg::{self, length};

/// The engine of rows that come in parts, and the signatures of whole clusters as its parts have them.
pub(crate) struct Parted {
    engine: Engine,
    patterns: Patterns,
}

/// The signatures of whole clusters, before any rotation.
#[derive(Default)]
struct Patterns {
    known: HashMap<Box<[u64]>, u32>,
    signatures: Vec<Signature>,
    counts: Vec<usize>,
    n_clusters: usize,
    bytes: usize,
}

/// What a part has of patterns, in the order in which they appear there.
struct Found {
    patterns: Vec<(Box<[u64]>, Signature, usize)>,
    n_clusters: usize,
    gram: Vec<f64>,
}

/// A part as the engine reads it: clusters, and the rows of each in their canonical order.
struct Read<'a> {
    design: &'a Design,
    fixed: CentredColumns,
    centre: f64,
    random: Vec<RandomPart>,
    residual: Option<ResidualPart>,
    clusters: Clusters,
}

impl<'a> Read<'a> {
    fn new(scaled: &Scaled, design: &'a Design) -> Result<Self> {
        let rebound = |(part, term): (&RandomPart, &crate::design::RandomTerm)| RandomPart {
            columns: part.columns.over(&term.columns),
            freedom: part.freedom,
            group: term.group.clone(),
        };
        let random: Vec<RandomPart> = scaled.random.iter().zip(&design.random).map(rebound).collect();
        let residual = ResidualPart::of(design);
        let clusters = rows::find(&design.rows, &random, residual.as_ref());
        let fixed = scaled.fixed.over(&design.fixed);
        let mut read = Self { design, fixed, centre: scaled.outcome_centre, random, residual, clusters };
        read.sort()?;
        Ok(read)
    }

    fn source(&self) -> Source<'_> {
        Source { design: self.design, fixed: &self.fixed, centre: self.centre }
    }

    fn sort(&mut self) -> Result<()> {
        let mut rows = std::mem::take(&mut self.clusters.order);
        let order = Order { source: self.source(), random: &self.random, residual: self.residual.as_ref() };
        if self.random.is_empty() && self.residual.as_ref().is_none_or(|part| part.subject.is_none()) {
            // Every row is a cluster: the order among them is all there is to fix.
            order.sort(&mut rows)?;
        } else {
            (0..self.clusters.len()).try_for_each(|c| order.sort(&mut rows[self.clusters.span(c)]))?;
        }
        self.clusters.order = rows;
        Ok(())
    }

    /// Calls `look` with the rows of every cluster and its sketch.
    fn each(&self, mut look: impl FnMut(&[u32], &mut Sketch) -> Result<()>) -> Result<()> {
        let source = self.source();
        let mut sketch = Sketch::default();
        for c in 0..self.clusters.len() {
            let rows = &self.clusters.order[self.clusters.span(c)];
            sketch.draw(rows, &self.random, self.residual.as_ref(), |row| source.root_weight(row));
            look(rows, &mut sketch)?;
        }
        Ok(())
    }

    fn found(&self) -> Result<Found> {
        let mut places: HashMap<Box<[u64]>, usize> = HashMap::new();
        let mut patterns: Vec<(Box<[u64]>, Signature, usize)> = Vec::new();
        let source = self.source();
        self.each(|rows, sketch| {
            if let Some(&at) = places.get(sketch.key.as_slice()) {
                patterns[at].2 += 1;
                return Ok(());
            }
            if self.residual.is_none() {
                check_size(rows.len().min(sketch.columns), rows.len(), sketch.columns)?;
            }
            let key: Box<[u64]> = sketch.key.as_slice().into();
            let root = |row: usize| source.root_weight(row);
            places.insert(key.clone(), patterns.len());
            patterns.push((key, sketch.finish(rows, &self.random, self.residual.as_ref(), root), 1));
            Ok(())
        })?;
        Ok(Found { patterns, n_clusters: self.clusters.len(), gram: gram(source, &self.clusters.order) })
    }

    /// The number of each cluster's pattern.
    fn ids(&self, known: &HashMap<Box<[u64]>, u32>) -> Result<Vec<u32>> {
        let mut ids = Vec::with_capacity(self.clusters.len());
        self.each(|_, sketch| {
            let changed = || Error::data("parts_changed", "the parts of the data changed between two readings");
            ids.push(*known.get(sketch.key.as_slice()).ok_or_else(changed)?);
            Ok(())
        })?;
        Ok(ids)
    }
}

impl Patterns {
    fn take(&mut self, found: Found, ceiling: Option<usize>) -> Result<()> {
        self.n_clusters += found.n_clusters;
        for (key, signature, count) in found.patterns {
            match self.known.get(&key) {
                Some(&id) => self.counts[id as usize] += count,
                None => {
                    // The key twice over for the table, and the slots of a signature before and after its rotation.
                    self.bytes += 3 * 8 * key.len() + 2 * signature.bytes();
                    self.known.insert(key, self.signatures.len() as u32);
                    self.signatures.push(signature);
                    self.counts.push(count);
                }
            }
        }
        let what = || format!("{} different patterns of rows in {} clusters", self.signatures.len(), self.n_clusters);
        within(self.bytes, ceiling, what)
    }
}

/// Refuses to take more than the ceiling.
fn within(bytes: usize, ceiling: Option<usize>, what: impl Fn() -> String) -> Result<()> {
    match ceiling.filter(|ceiling| bytes > *ceiling) {
        None => Ok(()),
        Some(ceiling) => {
            let message = format!(
                "{} take {} MB, and {} MB of the memory allowed are theirs: allow more, or round what differs between \
                 clusters, such as times",
                what(),
                bytes.div_ceil(1_000_000),
                ceiling / 1_000_000
            );
            Err(Error::data("memory_ceiling", message))
        }
    }
}

impl Parted {
    /// The reduction of the rows of `parts`, from whose fixed effects the columns that others determine are taken out.
    ///
    /// # Errors
    /// Those of an engine whose rows are in memory; `memory_ceiling`.
    pub(crate) fn new(parts: &mut Parts<'_>) -> Result<Self> {
        let mut scaled = Scaled::of_parts(parts)?;
        let (patterns, mut whole) = patterns(parts, &scaled)?;
        if !shows_full_rank(&whole, scaled.p()) {
            let back = scaled.fixed.unscaled_map();
            parts.keep(&triangle_of(parts, &scaled)?, back);
            scaled = Scaled::of_parts(parts)?;
            whole = normal(parts, &scaled, &scaled.fixed)?;
        }
        let p = scaled.p();
        check_rows(scaled.n_rows, p)?;
        let mut fixed = scaled.fixed.clone();
        let mut first = Some(whole);
        scaled.base = coefficients(&mut fixed, |fixed| {
            let gram = first.take().map_or_else(|| normal(parts, &scaled, fixed), Ok)?;
            Ok(equations(&gram, p + 1))
        })?;
        scaled.fixed = fixed;
        let engine = settled(parts, scaled, &patterns)?;
        Ok(Self { engine: Engine::Clustered(Box::new(engine)), patterns })
    }

    /// The engine.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine, without what only the parts need.
    pub(crate) fn into_engine(self) -> Engine {
        self.engine
    }

    /// −2 log-likelihood at φ by another formula and from the rows; `look` sees the design of every part on the way.
    ///
    /// # Errors
    /// Those of reading a part.
    pub(crate) fn second_opinion<T: Send>(
        &self,
        parts: &Parts<'_>,
        natural: &[f64],
        criterion: Criterion,
        look: impl Fn(&Design) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<Option<f64>> {
        let Engine::Clustered(engine) = &self.engine else { return Ok(None) };
        let matrices = engine.matrices(natural, false);
        let whitener = |signature| engine.whitener(signature, natural, &matrices);
        let whiteners: Option<Vec<Whitener>> = self.patterns.signatures.iter().map(whitener).collect();
        let Some(whiteners) = whiteners else { return Ok(None) };
        let mut total = Quadratic::new(engine.p() + 1);
        let work = |design: &Design| {
            let read = Read::new(engine, design)?;
            let ids = read.ids(&self.patterns.known)?;
            let span = 0..read.clusters.len();
            Ok((engine.quadratic(read.source(), &read.clusters, span, &ids, &whiteners), look(design)?))
        };
        parts.each(work, |(sums, seen)| {
            total.add(&sums);
            take(seen)
        })?;
        Ok(engine.conclude(&total, criterion))
    }
}

/// The patterns of the clusters of all parts, and [X̃ y]'W[X̃ y].
fn patterns(parts: &Parts<'_>, scaled: &Scaled) -> Result<(Patterns, Vec<f64>)> {
    let (mut patterns, mut whole) = (Patterns::default(), vec![0.0; length(scaled.p() + 1)]);
    let ceiling = parts.ceiling();
    parts.each(
        |design| Read::new(scaled, design)?.found(),
        |found| {
            linalg::add_scaled(&mut whole, 1.0, &found.gram);
            patterns.take(found, ceiling)
        },
    )?;
    Ok((patterns, whole))
}

/// [X̃ y]'W[X̃ y] for the columns `fixed`.
fn normal(parts: &Parts<'_>, scaled: &Scaled, fixed: &CentredColumns) -> Result<Vec<f64>> {
    let mut whole = vec![0.0; length(fixed.len() + 1)];
    let work = |design: &Design| {
        let mut read = Read::new(scaled, design)?;
        read.fixed = fixed.over(&design.fixed);
        Ok(gram(read.source(), &read.clusters.order))
    };
    parts.each(work, |part| {
        linalg::add_scaled(&mut whole, 1.0, &part);
        Ok(())
    })?;
    Ok(whole)
}

/// Remainders of columns below this share of their squared norms are not trusted to cross-products, whose rounding errors
/// are some 1e-14 of it.
const DOUBTFUL: f64 = 1e-8;

fn shows_full_rank(gram: &[f64], p: usize) -> bool {
    let (xx, _) = equations(gram, p + 1);
    let scale = xx.diagonal();
    let Some(factor) = xx.cholesky() else { return false };
    let root = factor.l_dirty();
    (0..p).all(|j| root[(j, j)] * root[(j, j)] > DOUBTFUL * scale[j])
}

/// The triangular factor of the centred columns, before any scale, over all rows.
fn triangle_of(parts: &Parts<'_>, scaled: &Scaled) -> Result<Vec<Vec<f64>>> {
    let p = scaled.p();
    let mut whole: Vec<Vec<f64>> = vec![Vec::new(); p];
    let work = |design: &Design| {
        // In an order that does not depend on where the rows stood.
        let read = Read::new(scaled, design)?;
        let columns = read.fixed.evaluated(&read.clusters.order);
        Ok(triangle(&columns, &(0..read.clusters.order.len() as u32).collect::<Vec<_>>()))
    };
    parts.each(work, |part| {
        whole.iter_mut().zip(part).for_each(|(own, rows)| own.extend(rows));
        let rows: Vec<u32> = (0..whole.first().map_or(0, Vec::len) as u32).collect();
        whole = triangle(&crate::design::columns_of(&whole), &rows);
        Ok(())
    })?;
    Ok(whole)
}

/// The engine with the moments of all signatures.
fn settled(parts: &Parts<'_>, mut scaled: Scaled, patterns: &Patterns) -> Result<Clustered> {
    let w = scaled.p() + 1;
    let structured = parts.whole.pilot.residual.is_some() || parts.whole.pilot.variance.is_some();
    let signatures = shortened(patterns.signatures.clone(), structured)?;
    let of_clusters = (0..).zip(&patterns.counts).map(|(id, &n)| (id, n));
    let counts = totals(of_clusters, &signatures);
    check_moments(parts, &signatures, &counts, w)?;
    let mut gathered = Gathered::new(w, signatures.len());
    let work = |design: &Design| -> Result<Sums> {
        let read = Read::new(&scaled, design)?;
        let ids = read.ids(&patterns.known)?;
        let span = 0..read.clusters.len();
        let known = (&signatures[..], &counts[..]);
        Ok(accumulate(read.source(), scaled.base.as_slice(), &read.clusters, span, &ids, known))
    };
    parts.each(work, |sums| {
        gathered.take(sums, w, &signatures, &counts);
        Ok(())
    })?;
    let Settled { signatures, numbers, pool } = gathered.settle(&mut scaled, signatures, counts)?;
    let clusters = Clusters { order: Vec::new(), starts: vec![0] };
    let n_signatures = patterns.signatures.len();
    let members = Members { clusters, ids: Vec::new(), n_signatures, kept: numbers, pool };
    let (n_clusters, threads) = (patterns.n_clusters, parts.threads());
    Ok(Clustered { scaled, signatures, members, n_clusters, threads, last_contractions: Mutex::new(None) })
}

/// Refuses moments that take more than the ceiling: those of all parts so far, of a part a thread, and of the pairs.
fn check_moments(parts: &Parts<'_>, signatures: &[Signature], counts: &[usize], w: usize) -> Result<()> {
    let of = |(signature, &n): (&Signature, &usize)| {
        let m = signature.m;
        if rare(n, m, w) { 2 * n * m * w } else { (2 + parts.threads().get()) * length(m * w) + length(m) * length(w) }
    };
    let numbers: usize = signatures.iter().zip(counts).map(of).sum();
    let what = || format!("the moments of {} patterns of clusters with {} columns", signatures.len(), w);
    within(8 * numbers, parts.ceiling(), what)
}
