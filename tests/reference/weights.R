# Reference values for tests/reference/test_weights.py: post-stratified and raked weights, what they cost, trimming,
# the weighted change, and tipping points of nonresponse.
#
#   cd tests/reference && Rscript weights.R
#
# makes inputs/weights_people.csv and writes weights_values.csv (name,value).
# Packages (Debian): r-cran-survey, r-cran-clubsandwich.
suppressMessages({library(survey); library(clubSandwich)})
options(digits = 17)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")

values <- data.frame(name = character(), value = numeric())
put <- function(name, value) values <<- rbind(values, data.frame(name = name, value = as.numeric(value)))

# --- Input: 14 units of three types in two areas, two waves, answers in steps of 25 --------------------
set.seed(50417)
units <- data.frame(unit = sprintf("u%02d", 1:14), type = rep(c("dagpleje", "boernehave", "integreret"), c(5, 5, 4)),
                    area = rep(c("nord", "syd"), 7), asked = c(18, 25, 22, 30, 16, 60, 48, 52, 70, 44, 38, 41, 29, 35))
rate <- c(dagpleje = 0.8, boernehave = 0.45, integreret = 0.3)
rows <- do.call(rbind, lapply(0:1, function(wave) do.call(rbind, lapply(seq_len(14), function(i) {
  u <- units[i, ]; n <- max(2, rbinom(1, u$asked, rate[u$type] * (1 + 0.1 * wave)))
  data.frame(unit = u$unit, type = u$type, area = u$area, sex = sample(c("k", "m"), n, TRUE, c(0.75, 0.25)), after = wave,
             y = pmin(100, pmax(0, round((55 + 8 * (u$type == "dagpleje") + 5 * wave + rnorm(1, 0, 4) + rnorm(n, 0, 22)) / 25) * 25)),
             w = round(runif(n, 0.5, 2), 2))
}))))
write.csv(rows, "inputs/weights_people.csv", row.names = FALSE, quote = FALSE)
d <- read.csv("inputs/weights_people.csv")

totals <- function(v, by) { t <- aggregate(list(Freq = v), list(g = by), sum); names(t)[1] <- "g"; t }
type_known <- totals(units$asked, units$type); area_known <- totals(units$asked, units$area)
both_known <- totals(units$asked, paste(units$type, units$area, sep = " x "))
sex_known <- data.frame(g = c("k", "m"), Freq = c(310, 218))
d$joint <- paste(d$type, d$area, sep = " x ")

strata <- function(design, column, known) {
  names(known)[1] <- column; known$Freq <- known$Freq / sum(known$Freq) * nrow(design$variables)
  postStratify(design, as.formula(paste("~", column)), known)
}
margins <- function(design, columns, knowns)
  rake(design, lapply(columns, function(c) as.formula(paste("~", c))),
       Map(function(c, k) { names(k)[1] <- c; k$Freq <- k$Freq / sum(k$Freq) * nrow(design$variables); k }, columns, knowns),
       control = list(maxit = 500, epsilon = 1e-12, verbose = FALSE))

describe <- function(tag, w) {
  put(paste0(tag, ".n_eff"), sum(w)^2 / sum(w^2)); put(paste0(tag, ".efficiency"), sum(w)^2 / sum(w^2) / length(w))
  put(paste0(tag, ".smallest"), min(w) / mean(w)); put(paste0(tag, ".largest"), max(w) / mean(w))
  put(paste0(tag, ".ratio"), max(w) / min(w)); put(paste0(tag, ".first"), w[1]); put(paste0(tag, ".last"), w[length(w)])
}

made <- list()
for (wave in 0:1) for (base in c("plain", "based")) {
  x <- d[d$after == wave, ]; x$start <- if (base == "plain") 1 else x$w / mean(x$w)
  design <- svydesign(ids = ~1, weights = ~start, data = x)
  found <- list(type = strata(design, "type", type_known), joint = strata(design, "joint", both_known),
                rim = margins(design, c("type", "area"), list(type_known, area_known)),
                rim3 = margins(design, c("type", "area", "sex"), list(type_known, area_known, sex_known)))
  for (how in names(found)) {
    w <- weights(found[[how]]); tag <- paste(how, base, wave, sep = ".")
    describe(tag, w); made[[tag]] <- w; put(paste0(tag, ".mean"), coef(svymean(~y, found[[how]])))
  }
}

# --- Trimming: the constant that keeps the sum, found by bisection --------------------------------------
for (tag in c("type.plain.0", "rim3.plain.1", "rim3.based.0")) for (upper in c(1.25, 1.6)) {
  w <- made[[tag]]; cap <- upper * mean(w)
  k <- uniroot(function(k) sum(pmin(k * w, cap)) - sum(w), c(1, 1e4), tol = 1e-14)$root
  # Newton from there, to the last digit: below the cap the sum is linear in k.
  for (i in 1:3) { free <- k * w < cap; k <- (sum(w) - cap * sum(!free)) / sum(w[free]) }
  cut <- pmin(k * w, cap)
  put(paste0("trim.", tag, ".", upper, ".share"), mean(k * w >= cap)); put(paste0("trim.", tag, ".", upper, ".smallest"), min(cut))
  put(paste0("trim.", tag, ".", upper, ".n_eff"), sum(cut)^2 / sum(cut^2))
}

# --- The weighted change ---------------------------------------------------------------------------------
for (tag in c("type.plain", "joint.plain", "rim.based", "rim3.plain")) {
  d$wt[d$after == 0] <- made[[paste0(tag, ".0")]]; d$wt[d$after == 1] <- made[[paste0(tag, ".1")]]
  fit <- lm(y ~ after, d, weights = wt)
  t <- coef_test(fit, vcov = "CR2", cluster = d$unit, test = "Satterthwaite")["after", ]
  svy <- svyglm(y ~ after, svydesign(ids = ~unit, weights = ~wt, data = d))
  put(paste0("change.", tag, ".change"), coef(svy)["after"]); put(paste0("change.", tag, ".se"), t$SE)
  put(paste0("change.", tag, ".df"), t$df_Satt); put(paste0("change.", tag, ".p"), t$p_Satt)
  put(paste0("change.", tag, ".cr1"), SE(svy)["after"])

  # --- Nonresponse: whole populations written out person by person -----------------------------------------
  asked <- c(sum(units$asked), sum(units$asked) + 40); n <- c(sum(d$after == 0), sum(d$after == 1)); r <- n / asked
  m <- tapply(d$y * d$wt, d$after, sum) / tapply(d$wt, d$after, sum)
  whole <- function(gap) {   # nonrespondents: as respondents before, their change smaller by gap
    people <- function(t, silent) c(rep(m[t], n[t]), rep(silent, asked[t] - n[t]))
    mean(people(2, m[1] + (m[2] - m[1]) - gap)) - mean(people(1, m[1]))
  }
  for (level in c(0.05, 0.0125)) {
    crit <- qt(1 - level / 2, t$df_Satt) * t$SE
    edge <- if (whole(0) > crit) uniroot(function(g) whole(g) - crit, c(0, 1e3), tol = 1e-13)$root else 0
    put(paste0("gap.", tag, ".", level), edge)
  }
  put(paste0("gap.", tag, ".zero"), uniroot(whole, c(-1e3, 1e3), tol = 1e-13)$root)
  ends <- expand.grid(before = c(0, 100), after = c(0, 100))
  all <- apply(ends, 1, function(e) (sum(d$after == 1) * m[2] + (asked[2] - n[2]) * e["after"]) / asked[2] -
                 (n[1] * m[1] + (asked[1] - n[1]) * e["before"]) / asked[1])
  put(paste0("worst.", tag, ".low"), min(all)); put(paste0("worst.", tag, ".high"), max(all))
}

# --- Holm: the largest p that is still rejected beside the others, by bisection on p.adjust ---------------
for (case in list(c(0.5), c(0.001, 0.2), c(0.001, 0.012, 0.4), c(0.02, 0.021, 0.022), c(0.0125, 0.3, 0.9), c(0.001, 0.001, 0.001, 0.03))) {
  rejected <- function(p) p.adjust(c(p, case), "holm")[1] < 0.05
  low <- 0; high <- 0.06
  for (i in 1:200) { mid <- (low + high) / 2; if (rejected(mid)) low <- mid else high <- mid }
  put(paste0("holm.", paste(case, collapse = "_")), low)
}

values$value <- format(values$value, digits = 17, trim = TRUE)
write.csv(values, "weights_values.csv", row.names = FALSE, quote = FALSE)
cat(nrow(values), "values\n")
