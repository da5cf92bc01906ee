//! What is reported of the covariance parameters in the units of the data: standard deviations, correlations, shares.

mod function;
mod reading;

pub(super) use function::Function;
pub(super) use reading::{Reading, fixed_effects, standard_errors};

use nalgebra::{DMatrix, DVector};

use super::fit::LmmFit;
use super::units;
use crate::covariance::{Domain, Side};
use crate::likelihood::{Block, Engine};

impl LmmFit {
    /// The functions of φ that are reported, with their names.
    pub(in crate::lmm) fn functions(&self) -> Vec<(String, Function)> {
        let engine = &*self.engine;
        let forms = entries(engine);
        let mut functions = Vec::new();
        let mut shares = Vec::new();
        for (index, block) in engine.blocks.iter().enumerate() {
            let q = block.order();
            let form = |i: usize, j: usize| forms[index].get(i * q + j).cloned();
            if block.side == Side::Random {
                let group = &engine.random[index].group.name;
                for i in 0..q {
                    let Some(own) = form(i, i) else { continue };
                    functions.push((format!("sd {} | {group}", block.levels[i]), Function::Variance(own.clone())));
                    for j in 0..i {
                        if let (Some(cross), Some(other), "us") = (form(i, j), form(j, j), block.structure.name()) {
                            let term = format!("cor {}, {} | {group}", block.levels[j], block.levels[i]);
                            functions.push((term, Function::Correlation(cross, other, own.clone())));
                        }
                    }
                }
                if q == 1 && block.levels[0] == "(Intercept)" {
                    shares.extend(form(0, 0).map(|own| (group.clone(), own)));
                }
            } else if block.structure.name() == "iid" && q == 1 {
                functions.extend(form(0, 0).map(|own| ("sd residual".to_owned(), Function::Variance(own))));
            } else if let ("cs", true, Some(cross), Some(own)) = (block.structure.name(), q > 1, form(0, 1), form(0, 0))
            {
                functions.push((format!("cor {}", block.label), Function::Correlation(cross, own.clone(), own)));
            }
        }
        let residual = engine.blocks.last().filter(|block| block.structure.name() == "iid" && block.order() == 1);
        // An intraclass correlation needs one total variance for all rows.
        if residual.is_some() && shares.len() == engine.random.len() {
            let last = forms.last().and_then(|forms| forms.first()).cloned();
            let total = last.map(|residual| shares.iter().fold(residual, |sum, (_, own)| sum + own));
            for (group, own) in &shares {
                functions
                    .extend(total.clone().map(|total| (format!("ICC {group}"), Function::Share(own.clone(), total))));
            }
        }
        functions
    }

    /// [`LmmFit::functions`], and the standard deviations and correlations of structured residuals.
    pub(in crate::lmm) fn all_functions(&self) -> Vec<(String, Function)> {
        let forms = entries(&self.engine);
        let residual = self.engine.blocks.iter().zip(&forms).filter(|(block, _)| block.side == Side::Residual);
        let structured = residual.filter(|(block, _)| block.order() > 1);
        self.functions().into_iter().chain(structured.flat_map(|(block, forms)| of_residuals(block, forms))).collect()
    }

    /// The natural parameters, in the units of the data, of the blocks that standard deviations and correlations do not
    /// describe: their places and names.
    pub(in crate::lmm) fn other_parameters(&self) -> Vec<(usize, String)> {
        let described = |block: &Block| {
            let name = block.structure.name();
            let residual_cs = name == "cs" && block.side == Side::Residual;
            let linear = block.structure.is_linear() && matches!(block.structure.domain(), Domain::Levels(_));
            linear && (block.order() == 1 || residual_cs || ["us", "diag", "iid"].contains(&name))
        };
        let names = self.natural_parameters().into_iter().map(|(name, _)| name).enumerate();
        let blocks = self.engine.blocks.iter().flat_map(|block| std::iter::repeat_n(block, block.n_parameters));
        names.zip(blocks).filter(|(_, block)| !described(block)).map(|(named, _)| named).collect()
    }
}

/// The standard deviations of a residual block over levels (one where they are all alike), and free correlations.
fn of_residuals(block: &Block, forms: &[DVector<f64>]) -> Vec<(String, Function)> {
    let (q, label, levels) = (block.order(), &block.label, &block.levels);
    let Some(first) = forms.first() else { return Vec::new() };
    let variance = |i: usize| Function::Variance(forms[i * q + i].clone());
    if (1..q).all(|i| forms[i * q + i] == *first) {
        return vec![(format!("sd {label}"), variance(0))];
    }
    let mut functions: Vec<(String, Function)> =
        (0..q).map(|i| (format!("sd {label}: {}", levels[i]), variance(i))).collect();
    if block.structure.name() == "us" {
        for (i, j) in (0..q).flat_map(|i| (0..i).map(move |j| (i, j))) {
            let correlation =
                Function::Correlation(forms[i * q + j].clone(), forms[j * q + j].clone(), forms[i * q + i].clone());
            functions.push((format!("cor {label}: {}, {}", levels[j], levels[i]), correlation));
        }
    }
    functions
}

/// For each block whose matrix is linear in φ, the entries of the matrix in the units of the data as linear forms in
/// the engine's φ; nothing for the others.
fn entries(engine: &Engine) -> Vec<Vec<DVector<f64>>> {
    let k = engine.n_parameters();
    let unit = |a: usize| (0..k).map(|b| f64::from(u8::from(a == b))).collect::<Vec<f64>>();
    let images = |a: usize| {
        let natural = units::to_data(engine, &unit(a));
        engine.blocks.iter().map(|block| block.matrix(&natural)).collect::<Vec<_>>()
    };
    let images: Vec<Vec<Option<DMatrix<f64>>>> = (0..k).map(images).collect();
    let of_block = |(index, block): (usize, &Block)| {
        let linear = block.structure.is_linear() && matches!(block.structure.domain(), Domain::Levels(_));
        let q = if linear { block.order() } else { 0 };
        let entry = |a: usize, i: usize, j: usize| images[a][index].as_ref().map_or(0.0, |matrix| matrix[(i, j)]);
        let form = |i: usize, j: usize| DVector::from_fn(k, |a, _| entry(a, i, j));
        (0..q).flat_map(|i| (0..q).map(move |j| (i, j))).map(|(i, j)| form(i, j)).collect()
    };
    engine.blocks.iter().enumerate().map(of_block).collect()
}
