# Completion of tidegate for bash. tests/cli/documents.sh holds it equal to the program's own tables.

_tidegate_options()
{
	case $1 in
	plan) echo --debug --input --hook --deployment-group --json --exit-code --region --profile --endpoint-url --ca-bundle \
		--catalogue ;;
	run) echo --debug --log-format --input --until --deployment-group --yes --region --profile --endpoint-url --ca-bundle --state-dir \
		--catalogue ;;
	status) echo --debug --json --exit-code --offline --region --profile --endpoint-url --ca-bundle --state-dir ;;
	log) echo --follow --json --state-dir ;;
	resume) echo --debug --log-format --all --yes --region --profile --endpoint-url --ca-bundle --state-dir --catalogue ;;
	restore) echo --debug --log-format --yes --region --profile --endpoint-url --ca-bundle --state-dir --catalogue ;;
	adopt) echo --debug --log-format --input --deployment-group --yes --flag-file --region --profile --endpoint-url --ca-bundle --state-dir \
		--catalogue ;;
	check) echo --catalogue ;;
	policy) echo --input --deployment-group --catalogue --region ;;
	graph) echo --catalogue --state-dir --format --output ;;
	rehearse) echo --input --deployment-group --catalogue --scenario --json --faults --seed --runs --run \
		--all --jobs --wire ;;
	actions) echo --catalogue ;;
	simulate) echo --scenario --listen --speed ;;
	esac
	echo --help --no-color
}

_tidegate_runs()
{
	tidegate status --offline 2>/dev/null | sed -n 's/^\(r-[0-9a-f]*\) .*/\1/p'
}

_tidegate_values()
{
	case $1 in
	--format) echo dot svg png ;;
	--log-format) echo text json ;;
	--hook) echo ApplicationStop BeforeInstall AfterInstall ApplicationStart ValidateService ;;
	esac
}

_tidegate()
{
	local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
	local commands="plan run status log resume restore adopt check policy graph rehearse actions simulate version help"
	local words word

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=$commands
	elif words=$(_tidegate_values "${COMP_WORDS[COMP_CWORD-1]}") && [ -n "$words" ]; then
		:
	elif [[ $current == -* ]]; then
		words=$(_tidegate_options "$command")
	else
		case $command in
		log | resume | restore | graph) words=$(_tidegate_runs) ;;
		actions) words=$(tidegate actions 2>/dev/null | grep '^[^ ]') ;;
		help) words=$commands ;;
		*) words= ;;
		esac
	fi
	while IFS= read -r word; do
		COMPREPLY+=("$word")
	done < <(compgen -W "$words" -- "$current")
}

complete -o default -F _tidegate tidegate
