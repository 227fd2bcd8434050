#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"
#include "record/run_store.h"
#include "study/plan.h"
#include "study/study_file.h"
#include "study/workload.h"

namespace tandem::cli {

/// A study as the commands need it: what it asks for, its plan, and where its results are.
struct OpenStudy {
  study::Catalogue catalogue;
  study::Study study;
  study::Plan plan;
  std::string machine_class;
  record::RunStore store;
  std::string text;          ///< of the study file, with what the command line said instead
  bool is_imported = false;  ///< by `tandem import`: there is nothing to plan or to run
};

struct OpenOptions {
  std::filesystem::path path;       ///< a study file, or the folder of a study that has been run
  std::filesystem::path results;    ///< the study's folder; empty: `results/<experiment_name>`
  std::filesystem::path workloads;  ///< a folder of further manifests, or empty
  /// In place of the file's devices: `cores=0,1`, or a GPU's UUID or PCI address. Empty: the
  /// file's.
  std::vector<std::string> devices = {};
  /// A site's `slurm`, for the members that the study file doesn't state; empty: none.
  std::filesystem::path slurm_profile = {};
};

/// Opens a study by its file (planned for this machine) or by its folder (planned for the machine
/// that it ran on, with the manifests it ran with). Throws core::UserError.
OpenStudy open_study(const OpenOptions& options);
/// Throws core::UserError when the study was imported, for `tandem <command>` makes runs of it.
void refuse_imported(const OpenStudy& open, const std::string& command);

/// Puts what a later `open_study` of the folder needs beside the runs: study.json as the person
/// wrote it, the manifests of its workloads, and plan.json with the identity of every run.
void keep_study(const OpenStudy& open);

/// What is planned, in the plan's order.
std::vector<study::RunSpec> specs_of(const study::Plan& plan);

/// The runs of a plan as a list, in its order: for plan.json and `tandem plan --json`.
core::Json planned_runs_document(const study::Plan& plan);

/// The catalogue that came with tandem and, if a folder is given, its manifests too; if a measured
/// catalogue is given, with the machine's figures in the place of the manifests'.
study::Catalogue catalogue_with(const std::filesystem::path& further_workloads,
                                const std::filesystem::path& measured_catalogue = {});

}  // namespace tandem::cli
