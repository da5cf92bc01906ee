use steadfast_core::frame::*;
use steadfast_core::inference::*;
use steadfast_core::lmm::*;
fn read(path: &str, factors: &[&str]) -> Frame {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<String> = lines.next().unwrap().split(',').map(|s| s.trim_matches('"').to_owned()).collect();
    let rows: Vec<Vec<String>> =
        lines.map(|l| l.split(',').map(|s| s.trim_matches('"').to_owned()).collect()).collect();
    let mut cols = vec![];
    for (j, name) in header.iter().enumerate() {
        let vals: Vec<&str> = rows.iter().map(|r| r[j].as_str()).collect();
        let num = vals.iter().all(|v| *v == "NA" || v.parse::<f64>().is_ok());
        if num && !factors.contains(&name.as_str()) {
            cols.push(Column::float(name, vals.iter().map(|v| v.parse().unwrap_or(f64::NAN)).collect()));
        } else {
            cols.push(Column::from_factor(name, Factor::from_values(vals.iter().map(|v| (*v != "NA").then_some(*v)))));
        }
    }
    Frame::new(cols).unwrap()
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let factors: Vec<&str> = args[3].split(',').collect();
    let frame = read(&args[1], &factors);
    let crit = if args.get(4).is_some_and(|s| s == "ml") { Criterion::Ml } else { Criterion::Reml };
    let model = Lmm::new(args[2].parse().unwrap()).criterion(crit);
    let t = std::time::Instant::now();
    let fit = model.fit(&frame);
    println!("time {:?}", t.elapsed());
    let fit = match fit {
        Ok(f) => f,
        Err(e) => {
            println!("ERR {} {e} {:?}", e.code(), e.last_iterate());
            return;
        }
    };
    println!("{} -2ll {:.15}", fit.formula(), fit.minus_two_log_likelihood());
    println!("{:?}", fit.convergence());
    println!("{:?}", fit.covariance());
    for m in ["satterthwaite", "kenward-roger", "kenward-roger-observed"] {
        match fit.inference(&*df_method(m).unwrap()) {
            Ok(i) => {
                for r in i.coefficients().unwrap() {
                    println!("{m} {r:?}")
                }
            }
            Err(e) => println!("{m} {e}"),
        }
    }
    println!("{:?}", fit.natural_parameters());
    let nat: Vec<f64> = fit.natural_parameters().iter().map(|x| x.1).collect();
    println!("deviance {:.15}", model.deviance(&frame).unwrap().at(&nat).unwrap());
    let t = std::time::Instant::now();
    match fit.variance_components(0.95) {
        Ok(v) => {
            for i in v {
                println!("{i:?}")
            }
        }
        Err(e) => println!("{e} {:?}", e.last_iterate()),
    }
    println!("time {:?}", t.elapsed());
}
