//! `steadfast convert`.

use std::path::{Path, PathBuf};

use serde::Serialize;
use steadfast::core::findings::{Finding, Findings};
use steadfast::data::Input;
use steadfast::data_report::Examined;
use steadfast::error::{Error, Exit, Result};
use steadfast::io::{Dictionary, Format, OutputFormat, RawTable, ReadOptions, Written, read_bytes, write_bytes};

use super::convert_args::ConvertArguments;
use super::progress::Progress;
use super::{files, output};

/// What `--json` prints.
#[derive(Serialize)]
struct Converted<'a> {
    input: String,
    output: String,
    format: &'static str,
    rows: usize,
    columns: usize,
    /// What the data made worth knowing.
    findings: &'a Findings,
    /// What the output does not hold.
    losses: &'a Findings,
}

/// Reads, holds against the dictionary, writes.
pub(crate) fn convert(request: &ConvertArguments, json: bool) -> Result<Exit> {
    let outputs: Vec<&Path> = std::iter::once(&request.output)
        .chain(&request.write_dictionary)
        .chain(&request.page.html)
        .map(|path| path.as_path())
        .collect();
    let inputs: Vec<&Path> = std::iter::once(&request.input)
        .chain(&request.dictionary)
        .chain(&request.redcap_dictionary)
        .map(|path| path.as_path())
        .collect();
    files::check_outputs(&outputs, &inputs)?;
    let format = match &request.out_format {
        Some(name) => name.parse()?,
        None => OutputFormat::of_path(&request.output)?,
    };
    let progress = Progress::new();
    progress.step("reading");
    let dictionary = request.dictionary.as_deref().map(load).transpose()?;
    let raw = raw(request, dictionary.as_ref())?;
    let (rows, columns) = (raw.n_rows(), raw.names().count());
    progress.step("checking");
    // REDCap's data dictionary is a dictionary like any other; the descriptions of other files name types and labels.
    let of_redcap = request.redcap_dictionary.as_ref().and_then(|_| raw.description());
    let dictionary = dictionary.or(of_redcap);
    let (frame, findings) = match &dictionary {
        Some(dictionary) => {
            let valid = raw.validate(dictionary)?;
            let findings = valid.findings().clone();
            (valid.into_frame(), findings)
        }
        None => (raw.infer()?, Findings::new()),
    };
    drop(raw);
    progress.step("writing");
    let written = write_bytes(&frame, format)?;
    let examined = || {
        let named = request.dictionary.as_ref().map(|path| path.display().to_string());
        let described = named.zip(dictionary.clone());
        Examined::of_frame(request.input.display().to_string(), described, frame.clone(), findings.clone())
    };
    let page = request.page.page(examined, &progress)?;
    put(request, &written, dictionary.as_ref(), page)?;
    drop(progress);
    let losses = losses(&request.output, &written);
    output::remarks(&findings);
    output::remarks(&losses);
    let (input, target) = (request.input.display().to_string(), request.output.display().to_string());
    if json {
        let format = format.name();
        output::answer_json(&Converted {
            input,
            output: target,
            format,
            rows,
            columns,
            findings: &findings,
            losses: &losses,
        })?;
    } else {
        output::answer(&format!("{target}: {rows} rows, {columns} columns\n"))?;
    }
    Ok(Exit::Ok)
}

fn load(path: &Path) -> Result<Dictionary> {
    let input = Input::read(path, &path.display().to_string())?;
    Ok(Dictionary::parse(input.text()?, &input.name)?)
}

/// The input, read as the request and else its dictionary say.
fn raw(request: &ConvertArguments, dictionary: Option<&Dictionary>) -> Result<RawTable> {
    const GIB: u64 = 1 << 30;
    let mut options = dictionary.map_or_else(ReadOptions::new, |dictionary| dictionary.read_options().clone());
    options = options.max_memory(request.max_memory * GIB);
    if let Some(path) = &request.redcap_dictionary {
        options = options.redcap_dictionary(Input::read(path, &path.display().to_string())?.bytes);
    }
    if let Some(codes) = &request.redcap_missing_codes {
        options = options.redcap_missing_codes(codes);
    }
    if let Some(name) = &request.in_format {
        let format: Format = name.parse()?;
        if request.redcap_dictionary.is_some() && format != Format::REDCAP {
            let message = "--redcap-dictionary describes records of REDCap and no other format";
            return Err(Error::usage("conflicting_formats", message));
        }
        options = options.format(format);
    }
    if let Some(name) = &request.encoding {
        options = options.encoding(name.parse()?);
    }
    let input = Input::read(&request.input, &request.input.display().to_string())?;
    Ok(read_bytes(&input.name, input.bytes, &options)?)
}

/// The outputs: all whole, or none.
fn put(
    request: &ConvertArguments,
    written: &Written,
    dictionary: Option<&Dictionary>,
    page: Option<(PathBuf, Vec<u8>)>,
) -> Result<()> {
    let mut staged = vec![(request.output.as_path(), written.bytes().to_vec())];
    if let Some(path) = &request.write_dictionary {
        let own = written.dictionary().clone();
        let own = dictionary.map_or_else(|| own.clone(), |dictionary| own.clone().with_keys_of(dictionary));
        staged.push((path.as_path(), own.to_toml().into_bytes()));
    }
    staged.extend(page.iter().map(|(path, bytes)| (path.as_path(), bytes.clone())));
    files::write_all(&staged)
}

/// The losses with the file that has them.
pub(super) fn losses(path: &Path, written: &Written) -> Findings {
    let mut losses = Findings::new();
    for loss in written.losses() {
        losses.push(Finding { file: Some(path.display().to_string()), ..loss.clone() });
    }
    losses
}
