// Command node is what the node itself runs in containers: the pause process that holds a pod's namespaces, and the
// making and removing of volume folders for local-path-provisioner. It is also a web server and a client small enough for tests.
// One static binary, so that the image needs neither a base nor a registry.
package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	var err error
	switch filepath.Base(os.Args[0]) {
	case "setup":
		err = setup(os.Args[1:])
	case "teardown":
		err = teardown(os.Args[1:])
	case "web":
		err = web(os.Args[1:])
	case "get":
		err = get(os.Args[1:])
	default:
		pause()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// pause waits to be told to stop, and takes in the children that a pod with a shared process namespace orphans.
func pause() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for s := range signals {
		if s != syscall.SIGCHLD {
			return
		}
		for {
			pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			if pid <= 0 || err != nil {
				break
			}
		}
	}
}

// volumePath reads the arguments that local-path-provisioner gives to its setup and teardown commands.
func volumePath(args []string) (string, error) {
	flags := flag.NewFlagSet("volume", flag.ContinueOnError)
	path := flags.String("p", "", "folder of the volume")
	flags.String("s", "", "size in bytes, not enforced")
	flags.String("m", "", "volume mode")
	flags.String("a", "", "action")
	if err := flags.Parse(args); err != nil {
		return "", err
	}
	if !filepath.IsAbs(*path) || filepath.Clean(*path) == "/" {
		return "", fmt.Errorf("-p must be an absolute path below /, not %q", *path)
	}
	return *path, nil
}

// setup leaves the folder to root: the kubelet hands it to the pod's fsGroup.
func setup(args []string) error {
	path, err := volumePath(args)
	if err != nil {
		return err
	}
	return os.MkdirAll(path, 0o770)
}

func teardown(args []string) error {
	path, err := volumePath(args)
	if err != nil {
		return err
	}
	return os.RemoveAll(path)
}

// web serves a folder on a port; with -write it first writes a file there, which fails where the folder is not ours.
func web(args []string) error {
	flags := flag.NewFlagSet("web", flag.ContinueOnError)
	address := flags.String("address", ":8080", "where to listen")
	folder := flags.String("folder", "/data", "what to serve")
	write := flags.String("write", "", "text to put into index.html first")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *write != "" {
		if err := os.WriteFile(filepath.Join(*folder, "index.html"), []byte(*write), 0o640); err != nil {
			return err
		}
	}
	return http.ListenAndServe(*address, http.FileServer(http.Dir(*folder)))
}

// get prints what a URL answers.
func get(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: get URL")
	}
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(args[0])
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}
