/**
 * The one error registry: code → exit status, HTTP status and sentence. A sentence says what is wrong, where, and what to do.
 * `{name}` is filled from the details; `{name?}` is left out when there is no such detail. `docs/reference/errors.md` is kept equal to it by a test.
 */
export const ERRORS = {
  UNKNOWN_OPTION: { exit: 2, sentence: '{problem}. Run "{command} --help" to see what it takes.' },
  BAD_VALUE: { exit: 2, status: 400, sentence: '{option} is {value}, but it must be {expected}.' },
  STOPPED: {
    exit: 130,
    sentence:
      'Stopped. Nothing of the step under way was kept; what was there before it is as it was. Run the command again to start that step anew.',
  },
  UNEXPECTED: {
    exit: 70,
    sentence:
      'Something went wrong inside deepcuts: {problem}. Please report it with the output of the same command under DEEPCUTS_DEBUG=1.',
  },
  NO_DATA: {
    exit: 1,
    sentence:
      'There is no data in {path} yet. Run "deepcuts run my_spotify_data.zip" first, or name the folder that has it with --data.',
  },
  DEMO_DATA: {
    exit: 1,
    sentence:
      'The data in {path} is the invented world of the demo, where your own music would get lost. Name another folder with --data.',
  },
  LISTENERS_NAMED: {
    exit: 2,
    sentence:
      '{file} names its own listeners, so its plays cannot all be those of "{listener}". Leave --listener out; each of them can then be asked for by name.',
  },
  TOO_FEW_LISTENERS: {
    exit: 1,
    sentence:
      'Of {listeners} listeners plays are known here, and a model of everybody needs {needed}: with fewer, what it says of one could be told of another. "deepcuts train" learns from one.',
  },
  COMMUNITY_OFF: {
    exit: 2,
    status: 409,
    sentence:
      'A model of everybody learns from all listeners of this folder, which is off. Set DEEPCUTS_COMMUNITY=on if they agree; "deepcuts train" learns from one.',
  },
  WHICH_LISTENER: {
    exit: 2,
    sentence: 'Several people listen here: {known}. Say whom you mean with --listener.',
  },
  NOT_WRITTEN: {
    exit: 1,
    sentence: '{path} cannot be written ({problem}). Choose another place.',
  },
  UNKNOWN_SETTING: {
    exit: 2,
    sentence: '{name} is not a setting. The settings are {names}: correct the name, or unset it.',
  },
  FILE_NOT_FOUND: { exit: 2, sentence: 'There is no file or folder at {path}. Check the path.' },
  STORE_URL: {
    exit: 2,
    sentence: 'No store can be opened at {url}. Give file: and a folder, for example file:./deepcuts-data.',
  },
  STORE_NOT_A_FOLDER: {
    exit: 2,
    sentence: '{path} is not a folder, but the data needs one. Give another folder with --data.',
  },
  STORE_READ_ONLY: {
    exit: 1,
    status: 503,
    sentence: '{path} cannot be written to. Change its permissions, or give another folder with --data.',
  },
  STORE_BUSY: {
    exit: 1,
    sentence: 'The data in {path} is in use by {owner}. Wait until it is done, or stop it, and try again.',
  },
  STORE_OPEN_TWICE: {
    exit: 1,
    sentence:
      'The data in {path} is already open in this process. Use the store that is open, or close it first.',
  },
  STORE_THREAD: {
    exit: 1,
    sentence:
      'The data in {path} can only be opened by the main thread of a process. Open it there, and hand what was read to the worker.',
  },
  STORE_DAMAGED: {
    exit: 1,
    sentence:
      'The file {path} is damaged or is not a deepcuts store. Put a backup of it back, or move it away and import your exports again.',
  },
  STORE_NEWER: {
    exit: 1,
    sentence:
      'The data in {path} was written by a newer deepcuts: its version is {found}, and this one reads up to {known}. Update deepcuts, or give another folder with --data.',
  },
  STORE_MIGRATION: {
    exit: 1,
    sentence:
      'The data in {path} could not be brought from version {from} to version {to}, and was left as it was. Keep using the deepcuts that wrote it, and report this.',
  },
  STORE_FULL: {
    exit: 1,
    status: 507,
    sentence:
      'There is no space left to write to {path}, so this step was not kept. Free some space and try again.',
  },
  STORE_MEMORY: {
    exit: 1,
    sentence:
      'This step needs more memory than the store in {path} may use, so it was not kept. Import fewer files at a time.',
  },
  STORE_NOT_EMPTY: {
    exit: 2,
    status: 409,
    sentence: 'There is a store in {path} already, so no copy was put there. Give another folder.',
  },
  STORE_CLOSED: {
    exit: 1,
    status: 503,
    sentence: 'The store in {path} is closed. Open it again before using it.',
  },
  STORE_FAILED: {
    exit: 1,
    sentence: 'The store in {path} could not {action}. Run "deepcuts doctor" to see what is wrong with it.',
  },
  UNKNOWN_RECIPE: { exit: 2, status: 400, sentence: 'There is no recipe {name}. The recipes are {names}.' },
  UNKNOWN_PLAYLIST_ENDING: {
    exit: 2,
    sentence: 'No playlist format goes with the ending of {path}. Use one of {endings}.',
  },
  NOT_A_PLAYLIST: {
    exit: 1,
    status: 400,
    sentence:
      'This is not a playlist of the format {format}: {problem}. Check that the file is whole and of that format.',
  },
  NOT_A_PLAYLIST_FILE: {
    exit: 1,
    status: 400,
    sentence:
      '{file} is not a playlist that can be read: {problem}. XSPF, JSPF, M3U, CSV (Exportify too), and text with "artist - title" or a Spotify link a line can.',
  },
  PLAYLIST_UNKNOWN: {
    exit: 1,
    status: 404,
    sentence:
      'Nothing on {file} is in your catalog: not one of {tracks} ({some}). Import a catalog that has them with "deepcuts import CATALOG.csv".',
  },
  PLAYLIST_TOO_LONG: {
    exit: 1,
    status: 413,
    sentence: 'The playlist has {tracks} tracks, and at most {most} are looked at. Send a part of it.',
  },
  NEEDS_SEEDS: {
    exit: 2,
    status: 400,
    sentence: 'The recipe {recipe} needs to know where to start: deepcuts mix {recipe} {example}.',
  },
  NEEDS_NO_SEEDS: {
    exit: 2,
    status: 400,
    sentence:
      'The recipe {recipe} starts from what you love, not from "{from}". "deepcuts mix radio" starts from a track, an artist or a playlist.',
  },
  UNKNOWN_IMPORT: {
    exit: 2,
    status: 404,
    sentence: 'There is no import {id}. Run "deepcuts imports" to see them.',
  },
  IMPORT_ALREADY_UNDONE: {
    exit: 2,
    status: 409,
    sentence: 'Import {id} was already taken back. Import the file again to bring it back.',
  },
  UNKNOWN_LISTENER: {
    exit: 2,
    status: 404,
    sentence:
      'There is no listener "{listener}" here. Known: {known}. Use a known name, import their export with --listener, or let somebody new begin with "deepcuts mix --listener NAME --new".',
  },
  UNKNOWN_TRACK: {
    exit: 2,
    status: 404,
    sentence:
      'No track matches "{track}".{near?} Give its id, its Spotify link, or "title – artist" as the mixes show it.',
  },
  AMBIGUOUS_TRACK: {
    exit: 2,
    status: 400,
    sentence: '"{track}" could be several tracks: {choices}. Give the id of the one you mean.',
  },
  UNKNOWN_ARTIST: {
    exit: 2,
    status: 404,
    sentence: 'No artist is called "{artist}" here.{near?} Check the spelling as the mixes show it.',
  },
  UNKNOWN_EXCLUSION: {
    exit: 2,
    status: 404,
    sentence: 'There is no exclusion {id}. Run "deepcuts exclude" to see them.',
  },
  FORGET_NOT_CONFIRMED: {
    exit: 2,
    sentence:
      'Forgetting {listener} ({plays}) cannot be undone: plays, likes, mixes, keys, models, everything goes. "deepcuts export" writes it to a file first. To go on: deepcuts forget "{listener}" --yes.',
  },
  UNKNOWN_DRAW: {
    exit: 2,
    status: 404,
    sentence: 'Nothing was shown to {listener} under the draw "{draw}". GET …/exposures lists what was.',
  },
  NOTHING_TO_UNDO: {
    exit: 2,
    status: 409,
    sentence: 'There is nothing to undo for {listener}: no like, dislike, snooze or never was said by hand.',
  },
  NO_MODEL: {
    exit: 1,
    status: 409,
    sentence:
      'Nothing has been learned yet about this listener in {path}. Run "deepcuts run" with an export, or "deepcuts train" once plays are imported; "deepcuts mix" works without.',
  },
  MODEL_DAMAGED: {
    exit: 1,
    status: 503,
    sentence:
      'The model version {version} is damaged: {problem}. Run "deepcuts train" to make a new one, or "deepcuts models" to see whether there is another.',
  },
  MODEL_OLD: {
    exit: 1,
    status: 503,
    sentence:
      'The model version {version} was made by another version of deepcuts, and this one cannot read it. Run "deepcuts train" to make a new one.',
  },
  UNKNOWN_MODEL: {
    exit: 2,
    status: 404,
    sentence:
      'This listener has no model version {version}. The versions there are: {known}. Run "deepcuts models" to see what they are.',
  },
  NOTHING_TO_ROLL_BACK: {
    exit: 2,
    status: 409,
    sentence:
      'Before the model version {version}, no version served this listener that is kept and whole. Run "deepcuts train" to make a new one, or "deepcuts models" to see whether there is another for "deepcuts models use".',
  },
  INDEX_UNUSABLE: {
    exit: 1,
    sentence:
      'The index of neighbours {path} cannot be used: {problem}. Build it anew from the vectors of the model.',
  },
  VECTOR_UNUSABLE: {
    exit: 1,
    sentence:
      '{what} cannot be used to find neighbours: {problem}. Give {dimension} finite numbers for each id, and each id once.',
  },
  NO_PLAYS: {
    exit: 1,
    sentence:
      '{listener} has no plays to learn from. Import a listening history first: "deepcuts import my_spotify_data.zip".',
  },
  MAP_EMPTY: {
    exit: 1,
    sentence:
      'There is nothing to draw for {listener}: no track is known but those that exclusions leave out. Import a catalog or a listening history first: "deepcuts import tracks.csv".',
  },
  TRAINING_DIVERGED: {
    exit: 1,
    sentence:
      'The training fell apart at step {step}: its loss is no number any more. Nothing was kept, and what serves goes on. Try another --seed, and look for absurd values in the catalog with "deepcuts doctor".',
  },
  TRAINING_STOPPED: {
    exit: 130,
    sentence:
      'Stopped. The best model until then was kept as version {version}; it {serves}. Run "deepcuts train{how?}" again for the whole training.',
  },
  TOO_FEW_PLAYS: {
    exit: 1,
    sentence:
      'Plays with a known outcome: {finishes} finished, {skips} skipped. That is too few to learn from, at least {needed} of each are needed. Import more history.{unsaid?}',
  },
  FILE_UNREADABLE: {
    exit: 1,
    sentence:
      '{file} cannot be read ({problem}). Check its permissions, and that it is a file and no broken link.',
  },
  FILE_EMPTY: { exit: 1, status: 400, sentence: '{file} is empty{where?}. Download or export it again.' },
  FILE_TOO_LARGE: {
    exit: 1,
    sentence: '{file} is larger than {limit}, more than any known export. Nothing of it was imported.',
  },
  FILE_NOT_UTF8: {
    exit: 1,
    sentence: '{file} is not UTF-8 text (seen {where}). Save it as UTF-8, or download it again.',
  },
  ZIP_NOT_A_ZIP: {
    exit: 1,
    sentence:
      '{file} is named like a zip but is not one. Download it again, or unpack it and give the folder.',
  },
  ZIP_TRUNCATED: {
    exit: 1,
    sentence: '{file} is a zip whose end is missing: the download stopped early. Download it again.',
  },
  ZIP_DAMAGED: {
    exit: 1,
    sentence: '{file} is a damaged zip: {problem}. Download it again, or unpack it and give the folder.',
  },
  ZIP_BOMB: {
    exit: 1,
    sentence:
      '{file} would unpack to {found}, and the limit is {limit}: no known export does that, so it was not read. If you trust it, unpack it and give the folder.',
  },
  ZIP_UNSAFE_NAME: {
    exit: 1,
    sentence:
      '{file} names a file outside itself ({problem}), which no honest zip does, so it was not read. Get it again from its source.',
  },
  ZIP_ENCRYPTED: {
    exit: 1,
    sentence: '{file} is protected by a password. Unpack it with the password and give the folder.',
  },
  JSON_BROKEN: {
    exit: 1,
    sentence: '{file} is not valid JSON at {where}. Nothing of it was imported; download it again.',
  },
  JSON_CUT: {
    exit: 1,
    sentence: '{file} stops in the middle of {where}. Nothing of it was imported; download it again.',
  },
  JSON_SHAPE: {
    exit: 1,
    sentence:
      '{file} should hold {expected}, but holds {found}. Give the file as it was downloaded, or another --as.',
  },
  CSV_BROKEN: {
    exit: 1,
    status: 400,
    sentence:
      '{file} is not a valid CSV at line {line}: {problem}. Mend that line, or export the table again.',
  },
  CSV_UNKNOWN: {
    exit: 1,
    sentence:
      '{file} is a table without any column that tells which track a row is about (its columns: {columns}). It needs a Spotify id, ISRC, MBID or title column, and audio features, genres or a playlist beside it.',
  },
  CSV_NO_NAMES: {
    exit: 1,
    sentence:
      '{file} has audio features but neither ids nor names, so its rows cannot be matched to tracks. Add a track id or title column, or judge it with "deepcuts evaluate likability".',
  },
  ROWS_WRONG: {
    exit: 1,
    sentence:
      'Not one of the rows of {file} ({rows}) is what {format} rows look like: {problem}. Give the file as it was downloaded, or another --as.',
  },
  IMPORT_NOTHING_KNOWN: {
    exit: 1,
    sentence:
      '{file} holds nothing that can be imported ({found}). Give a Spotify export, scrobbles (Last.fm, ListenBrainz, a .scrobbler.log and others), an Exportify CSV, a track table or AcousticBrainz data, or name the format with --as.',
  },
  IMPORT_NOTHING_KEPT: {
    exit: 1,
    sentence: '{file} was read, but none of its rows ({rows}) is about a track: {why}. Nothing was imported.',
  },
  IMPORT_WRONG_PACKAGE: {
    exit: 1,
    sentence:
      '{file} is the Spotify package "{package}", {problem}. Request "{wanted}" at spotify.com/account/privacy, and import that zip when it comes.',
  },
  IMPORT_STOPPED: {
    exit: 130,
    sentence:
      'The import of {file} was stopped and nothing of it was kept.{kept?} Run it again to import it.',
  },
  TABLE_NO_COLUMN: {
    exit: 2,
    sentence: '{file} has no column "{column}", which {option} names. Its columns are {columns}.',
  },
  TABLE_FEATURE_IS_LABEL: {
    exit: 2,
    sentence: '--features names the label column "{column}". The label cannot predict itself: leave it out.',
  },
  TABLE_LABEL_VALUES: {
    exit: 1,
    sentence:
      'The label column "{column}" of {file} should have two different values, and has {count}: {examples}. Name a column with 0 and 1, true and false, or two values of your own.',
  },
  TABLE_TOO_FEW_ROWS: {
    exit: 1,
    sentence:
      '{file} has {rows} {unit} with {column} = {value}, but {protocol} needs at least {needed} of each kind. Label more rows.',
  },
  TABLE_NO_FEATURES: {
    exit: 1,
    sentence:
      '{file} has no usable feature columns{why}. Give at least one of {known}, name other columns with --features, or look them up by id or artist and title with --catalog.',
  },
  RANKING_ROW: {
    exit: 1,
    sentence:
      '{file} is broken at line {line}: {problem}. Each line is {expected}: mend that line, or export it again.',
  },
  RANKING_TOO_FEW: {
    exit: 1,
    sentence:
      '{file} is too small to learn from: not one user has {needed} items or more, of which a fifth can be held out to choose settings on. Give more of what was played.',
  },
  RANKING_ONE_FILE: {
    exit: 1,
    sentence:
      '{test} holds just what {train} does, so there is nothing left to foresee. Give --test the rows that were kept apart.',
  },
  RANKING_NOTHING_TO_JUDGE: {
    exit: 1,
    sentence:
      'Nothing can be judged: no user of {test} with an item that they do not have in {train} is known there. Check that both files are of one data set, with the same ids.',
  },
  PLAYLISTS_NO_COLUMN: {
    exit: 1,
    sentence:
      '{file} has no column "{column}" (its columns: {columns}). Playlists to judge on are rows of playlist_id, track_id, title, artists and added, and perhaps playlist_name, album, length_s and removed.',
  },
  PLAYLISTS_NO_DATES: {
    exit: 1,
    sentence:
      '{file} does not say when tracks were added: no row has a date in a column "added". What came later can only be foreseen where the days are known; for rows without dates there is "deepcuts evaluate ranking".',
  },
  PLAYLISTS_ROW: {
    exit: 1,
    sentence: '{file} is broken at row {row} below its header: {problem}. Mend that row, or export it again.',
  },
  PLAYLISTS_TOO_FEW: {
    exit: 1,
    sentence:
      '{file} has {found} with tracks added before {until}, but a playlist is continued from what others have: at least {needed} are needed. Give more playlists, or a later --until.',
  },
  PLAYLISTS_NOTHING_AFTER: {
    exit: 1,
    sentence:
      'Nothing can be judged: no playlist of {file} that had tracks before {until} got another one from then on. The dates go from {first} to {last}: choose --until between them.',
  },
  PLAYLISTS_NOTHING_BEFORE: {
    exit: 1,
    sentence:
      'There is nothing to learn from: no row of {file} was added before {until}. The dates go from {first} to {last}: choose --until between them.',
  },
  PLAYLISTS_TOO_SHORT: {
    exit: 1,
    sentence:
      'What happened before {until} is too little to learn from: within those {days} days no playlist of {file} got tracks that could be foreseen from the days before. The dates go from {first} to {last}: choose a later --until.',
  },
  COLD_TOO_FEW: {
    exit: 1,
    sentence:
      '{file} is too small to judge new listeners on: of those who are left to learn from, a fifth is left out twice over, and each must have six tracks or more. Give more listeners, or more of what they had.',
  },
  EXPOSURE_UNREADABLE: {
    exit: 1,
    sentence:
      'An entry of the log of mixes cannot be read back: {problem}. It stays in the log and out of estimates.',
  },
  LOG_COLUMNS: {
    exit: 1,
    sentence:
      '{file} lacks {missing}. A log of this format has the columns {columns}: choose the file that has them.',
  },
  LOG_ROW: {
    exit: 1,
    sentence: '{file} is broken in row {row}: {problem}. Mend that row, or leave it out.',
  },
  CAROUSEL_TOO_FEW: {
    exit: 1,
    sentence:
      '{file} has {found} playlists, and a carousel to choose for needs {needed}: give a larger file.',
  },
  CAROUSEL_COLUMNS: {
    exit: 1,
    sentence:
      '{file} has {found} columns, but {what} must be {needed}, a column each. Choose the file that belongs to these playlists.',
  },
  CAROUSEL_ROW: {
    exit: 1,
    sentence: '{file} is broken in row {row} below its header: {problem}. Mend that row, or export it again.',
  },
  REQUEST_INVALID: {
    exit: 2,
    status: 400,
    sentence: 'The request is not what this address takes: {problem}. GET /v1/docs shows what it takes.',
  },
  NO_KEY: {
    exit: 1,
    status: 401,
    sentence:
      'This needs a key that is known here, or somebody signed in. Send "Authorization: Bearer KEY"; "deepcuts keys create" makes one.',
  },
  KEY_NOT_ENOUGH: {
    exit: 1,
    status: 403,
    sentence: 'That may not be asked for with this: it takes {scope}.',
  },
  HOST_REFUSED: {
    exit: 1,
    status: 403,
    sentence:
      'The server is not called by that name, or is asked by a page of another one. Start it with --allow-host NAME for each name that it goes by.',
  },
  NOTHING_HERE: {
    exit: 1,
    status: 404,
    sentence: 'There is nothing at this address. GET /v1/docs lists what there is.',
  },
  LISTENER_EXISTS: {
    exit: 2,
    status: 409,
    sentence: 'There is a listener "{listener}" here already. Choose another name.',
  },
  REQUEST_CHANGED: {
    exit: 1,
    status: 422,
    sentence:
      'A request with this Idempotency-Key asked something else before. Send the same again, or give another key.',
  },
  BODY_TOO_LARGE: {
    exit: 1,
    status: 413,
    sentence: 'The body of the request is too large for this address. Send it in smaller parts.',
  },
  BODY_KIND: {
    exit: 1,
    status: 415,
    sentence: 'This address does not take a body of that content type. GET /v1/docs shows what it takes.',
  },
  TOO_MANY_REQUESTS: {
    exit: 1,
    status: 429,
    sentence: 'That is more than {most} requests in a minute. Wait {seconds} s.',
  },
  UNKNOWN_JOB: {
    exit: 1,
    status: 404,
    sentence:
      'There is no such job here. A job is forgotten a day after its end, and when the server ends; what it made stays.',
  },
  JOBS_FULL: {
    exit: 1,
    status: 429,
    sentence: 'As many jobs wait already as may ({kind}). Wait until one is done, or cancel one.',
  },
  TRAININGS_SPENT: {
    exit: 1,
    status: 429,
    sentence:
      'This listener had {most} trainings within a day, which is all there are. Train again tomorrow.',
  },
  TOO_MANY_STREAMS: {
    exit: 1,
    status: 429,
    sentence: 'Progress is followed from too many places already. Close one, or ask for the job itself.',
  },
  UPLOAD_TOO_LARGE: {
    exit: 1,
    status: 413,
    sentence:
      'The file is larger than {most} MB, the most that is taken at once. Send its parts one by one, or raise DEEPCUTS_UPLOAD_MB.',
  },
  UPLOADS_FULL: {
    exit: 1,
    status: 429,
    sentence: 'There is no room for this file until others are imported. Send it again in a while.',
  },
  UPLOAD_CUT: {
    exit: 1,
    status: 408,
    sentence:
      'The upload ended before all of it was here, or nothing came for {seconds} s. Nothing of it was kept: send it again.',
  },
  TRAINING_MEMORY: {
    exit: 1,
    sentence:
      'The training was ended, for it needed more memory than it may have ({most} MB). What serves goes on. Take a smaller preset, or raise DEEPCUTS_TRAINING_MB.',
  },
  TRAINING_CRASHED: {
    exit: 1,
    sentence:
      'The process of the training ended on its own ({how}). Nothing of it was kept, and what serves goes on. Try again; if it ends so again, report it.',
  },
  SERVER_FAILED: {
    exit: 70,
    status: 500,
    sentence:
      'The server could not do this. What is wrong is in its log, on the machine where it runs; nothing of this step was kept.',
  },
  LOGIN_FAILED: {
    exit: 1,
    status: 401,
    sentence:
      'The name or the password is wrong. An administrator can make a link with which another password is set.',
  },
  TOO_MANY_LOGINS: {
    exit: 1,
    status: 429,
    sentence: 'Too many passwords were tried. Wait {seconds} s.',
  },
  LINK_UNUSABLE: {
    exit: 1,
    status: 403,
    sentence:
      'This link was used, is too old or is none. "deepcuts keys setup-link" makes one for the first account, an administrator one for any other.',
  },
  SETUP_FIRST: {
    exit: 1,
    status: 403,
    sentence:
      'The server is not set up yet, so it answers this machine alone. Open the link that it showed when it started, on the machine where it runs.',
  },
  PAGE_REFUSED: {
    exit: 1,
    status: 403,
    sentence:
      'This came with a cookie and does not show that it is from a page of this server. Send the csrf text of GET /v1/session as X-CSRF-Token, or use a key.',
  },
  ACCOUNT_EXISTS: {
    exit: 2,
    status: 409,
    sentence: 'There is an account "{name}" here already. Choose another name.',
  },
  UNKNOWN_ACCOUNT: {
    exit: 2,
    status: 404,
    sentence: 'There is no account {id}. GET /v1/accounts shows which there are.',
  },
  LAST_ADMIN: {
    exit: 1,
    status: 409,
    sentence: 'This is the last account of an administrator. Let another administrator join first.',
  },
  UNKNOWN_KEY: {
    exit: 2,
    status: 404,
    sentence: 'There is no key {id}. "deepcuts keys list" shows which there are.',
  },
  UNKNOWN_TOKEN: {
    exit: 2,
    status: 404,
    sentence: 'This listener has no player token {id}. "deepcuts tokens list" shows which there are.',
  },
  TOO_MANY_TOKENS: {
    exit: 1,
    status: 409,
    sentence: 'This listener has {most} player tokens already. Revoke one that no player uses any more.',
  },
  PLAYER_UNKNOWN: {
    exit: 1,
    status: 401,
    sentence:
      'This needs the token of a player that is known here. Send "Authorization: Token TOKEN"; "deepcuts tokens create" makes one.',
  },
  NOT_THEIRS: {
    exit: 1,
    status: 404,
    sentence: 'Cannot find user: {user}. A token tells of its own listener alone.',
  },
  NOT_KNOWN: {
    exit: 1,
    status: 404,
    sentence: 'Nothing here has that id: it is of no {what} that is known.',
  },
  SERVER_KEY_DAMAGED: {
    exit: 1,
    sentence:
      'The key in {path} is damaged. Put the one of a backup back, or remove the file: passwords of Audioscrobbler players have to be made anew then.',
  },
  NO_KEYS: {
    exit: 1,
    sentence:
      'No key was made yet, so nobody could ask the server anything. Run "deepcuts keys create NAME --scope admin" first, and keep what it prints.',
  },
  ADDRESS_TAKEN: {
    exit: 1,
    sentence: 'Something listens at {address} already. Stop it, or choose another --port.',
  },
  ADDRESS_UNUSABLE: {
    exit: 1,
    sentence: 'The server cannot listen at {address} ({problem}). Choose another --host or --port.',
  },
  SERVER_RUNS: {
    exit: 1,
    status: 409,
    sentence:
      'A server has the data in {path} at {address}, and this cannot be done meanwhile. Stop the server first, or name another folder with --data.',
  },
  SERVER_LOST: {
    exit: 1,
    sentence:
      'The server at {address}, which has the data, ended before it answered ({problem}). Look at its log, and run the command again.',
  },
  VERB_UNKNOWN: { exit: 2, status: 404, sentence: 'No verb of that number runs here. It has ended already.' },
  BACKUP_THERE: {
    exit: 1,
    sentence:
      'There is something in {path} already, and a backup never writes over it. Name a folder that does not exist.',
  },
  BACKUP_DAMAGED: {
    exit: 1,
    sentence: 'The backup in {path} cannot be used: {problem}. Nothing was changed; take another backup.',
  },
  BACKUP_NEWER: {
    exit: 1,
    sentence:
      'The backup in {path} was written by a newer deepcuts: its format is {found}, and this one reads up to {known}. Update deepcuts.',
  },
  RESTORE_NOT_EMPTY: {
    exit: 1,
    sentence:
      'There is something in {path} already. Name an empty folder with --data, or let it be moved aside with --replace.',
  },
} as const satisfies Record<string, Entry>

/** `status`: of the answer when a request over HTTP ends with it; absent: nothing that a request causes. */
interface Entry {
  readonly exit: number
  readonly status?: number
  readonly sentence: string
}

export type ErrorCode = keyof typeof ERRORS

/** An error with a sentence for a person. Everything a user can cause is one of these; anything else is a bug. */
export class DeepcutsError extends Error {
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, string | number>>

  constructor(code: ErrorCode, details: Record<string, string | number> = {}, options?: ErrorOptions) {
    super(sentence(code, details), options)
    this.name = 'DeepcutsError'
    this.code = code
    this.details = details
  }

  /** The exit status of a command that ends with this error. */
  get exit(): number {
    return ERRORS[this.code].exit
  }

  /** The status of an answer over HTTP that ends with this error. */
  get status(): number {
    const { status = 500 }: Entry = ERRORS[this.code]
    return status
  }
}

function sentence(code: ErrorCode, details: Record<string, string | number>): string {
  return ERRORS[code].sentence.replace(/\{(\w+)(\?)?\}/g, (whole, name: string, optional?: string) =>
    String(details[name] ?? (optional ? '' : whole)),
  )
}
