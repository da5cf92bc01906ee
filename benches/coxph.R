# Rscript benches/coxph.R folder/*.csv: CPU seconds of coxph on the data that STEADFAST_BENCH_CSV=folder cargo bench --bench cox wrote.
suppressMessages(library(survival))
formula <- as.formula(paste("Surv(time, event) ~", paste0("x", 0:9, collapse = " + ")))
seconds <- function(fit, times) {
  spent <- system.time(for (i in seq_len(times)) fit())
  sum(spent[1:2]) / times
}
for (path in commandArgs(TRUE)) {
  data <- read.csv(path)
  times <- if (nrow(data) > 5e4) 1 else 10
  cat(basename(path), "model", seconds(function() coxph(formula, data), times), "\n")
  cat(basename(path), "cr0", seconds(function() coxph(formula, data, cluster = family), times), "\n")
}
