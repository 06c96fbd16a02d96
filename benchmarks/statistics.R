# Weighted means with errors (svyby) of the first two items, and tests of change (svyttest) of the comparisons
# in tests.csv. Called by benchmarks/statistics.py with the folder of the answers; prints name,number,...
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(trailingOnly = TRUE)[1]
answers <- read.csv(file.path(folder, "answers.csv"))
tests <- read.csv(file.path(folder, "tests.csv"), stringsAsFactors = FALSE)
items <- head(setdiff(names(answers), c("group", "wave", "weight")), 2)
design <- svydesign(ids = ~1, weights = ~weight, data = answers)
say <- function(name, ...) cat(name, sprintf(",%.17g", c(...)), "\n", sep = "")

means <- list()
spent <- system.time(for (item in items) {
  means[[item]] <- svyby(as.formula(paste0("~", item)), ~ group + wave, design, svymean, na.rm = TRUE)
})[["elapsed"]]
say("seconds.svyby", spent)

found <- list()
spent <- system.time(for (k in seq_len(nrow(tests))) {
  here <- subset(design, group == tests$group[k])
  found[[k]] <- svyttest(as.formula(paste0(tests$item[k], " ~ wave")), here)
})[["elapsed"]]
say("seconds.svyttest", spent)

for (k in seq_len(nrow(tests))) {
  item <- tests$item[k]
  group <- tests$group[k]
  number <- sub("i", "", item)
  one <- found[[k]]
  say(paste("test", number, group, sep = "."), one$estimate, one$estimate / one$statistic, one$parameter, one$p.value)
  if (item %in% items) {
    part <- means[[item]]
    for (wave in 0:1) {
      row <- part[part$group == group & part$wave == wave, ]
      say(paste("mean", number, group, wave, sep = "."), row[[item]], row$se)
    }
  }
}
